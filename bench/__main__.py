"""`make bench`: every benchmark, or those named on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from bench.connections import connections
from bench.growth import growth
from bench.history import history
from bench.live import live
from bench.pages import pages
from bench.reaction import reaction
from bench.report import Figure, show, write_json, yardstick
from bench.sharing import sharing
from bench.smart import smart
from bench.throughput import throughput

Benchmark = Callable[[argparse.Namespace], list[Figure]]
BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "throughput": lambda options: throughput(rounds=options.rounds, seconds=options.seconds),
    "connections": lambda options: connections(count=options.connections),
    "pages": lambda options: pages(rounds=options.rounds),
    "live": lambda options: live(rounds=options.rounds, seconds=2 * options.seconds),
    "smart": lambda options: smart(hours=options.hours),
    "reaction": lambda _options: reaction(),
    "sharing": lambda _options: sharing(),
    "growth": lambda options: growth(days=options.days),
    "history": lambda options: history(rounds=options.rounds, size=options.size),
}


def main() -> None:
    """Run the chosen benchmarks and print their figures."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--only", choices=list(BENCHMARKS), help="run one benchmark")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--hours", type=float, default=2.0, help="so long a real morning is replayed")
    parser.add_argument("--days", type=int, default=2, help="growth: so many days pass after a first one")
    parser.add_argument("--size", type=float, default=1.0, help="history: 1 is 10 million samples")
    options = parser.parse_args()
    chosen = [options.only] if options.only else list(BENCHMARKS)
    machine = yardstick()
    figures = [figure for name in chosen for figure in BENCHMARKS[name](options)]
    show(figures, machine)
    if options.json:
        write_json(figures, machine, options.json)


if __name__ == "__main__":
    main()
