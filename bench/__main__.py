"""`make bench`: every benchmark, or those named on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench.connections import connections
from bench.history import history
from bench.live import live
from bench.pages import pages
from bench.report import Figure, show, write_json
from bench.sharing import sharing
from bench.smart import smart
from bench.throughput import throughput


def main() -> None:
    """Run the chosen benchmarks and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument(
        "--only",
        choices=["throughput", "connections", "pages", "live", "smart", "sharing", "history"],
        help="run one benchmark",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--hours", type=float, default=2.0, help="so long a real morning is replayed")
    parser.add_argument("--size", type=float, default=1.0, help="history: 1 is 10 million samples")
    options = parser.parse_args()
    figures = _measured(options)
    show(figures)
    if options.json:
        write_json(figures, options.json)


def _measured(options: argparse.Namespace) -> list[Figure]:
    figures: list[Figure] = []
    if options.only in {None, "throughput"}:
        figures += throughput(rounds=options.rounds, seconds=options.seconds)
    if options.only in {None, "connections"}:
        figures += connections(count=options.connections)
    if options.only in {None, "pages"}:
        figures += pages(rounds=options.rounds)
    if options.only in {None, "live"}:
        figures += live(rounds=options.rounds, seconds=2 * options.seconds)
    if options.only in {None, "smart"}:
        figures += smart(hours=options.hours)
    if options.only in {None, "sharing"}:
        figures += sharing()
    if options.only in {None, "history"}:
        figures += history(rounds=options.rounds, size=options.size)
    return figures


if __name__ == "__main__":
    main()
