"""Do browsers that watch a busy site slow down the answers to its charge points?"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Figure
from bench.site import CODE, SampleSite, sample_site
from tests.support.databases import own_database, postgres_answers, redis_answers, redis_url
from tests.support.server import ROOT

CHARGE_POINTS = 500
BROWSERS = (0, 50, 200)
WARM_S = 15.0
DIVIDED = "served, pages apart"
ANSWERS_SLOWED = 1.5


@dataclass(frozen=True, slots=True)
class Run:
    """One run: answers to charge points in s, what the pages counted, CPU seconds of the server."""

    answers_s: list[float]
    pages: dict[str, Any]
    cpu_s: float
    seconds: float

    def percentile_ms(self, share: float) -> float:
        """Return the answer time in ms below which `share` (0..1) of the answers lie."""
        ordered = sorted(self.answers_s)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def live(*, rounds: int, seconds: float) -> list[Figure]:
    """Watch a busy site with no, 50 and 200 browsers in turns, `rounds` times, on each database."""
    figures = []
    modes = ["SQLite"]
    if postgres_answers() and redis_answers():
        modes = ["served", DIVIDED, *modes]
    for mode in modes:
        runs: dict[int, list[Run]] = {count: [] for count in BROWSERS}
        for _round in range(rounds):
            with _site(mode) as site:
                for count in BROWSERS:
                    runs[count].append(_run(site, count, seconds))
                    _tell(mode, count, runs[count][-1])
        figures += _figures(mode, runs)
    return figures


@contextmanager
def _site(mode: str) -> Iterator[SampleSite]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = mode != "SQLite"
        url = stack.enter_context(own_database()) if served else ""
        site = sample_site(
            folder,
            charge_points=CHARGE_POINTS,
            viewers=max(BROWSERS),
            database_url=url,
            redis_url=redis_url() if served else "",
            divided=mode == DIVIDED,
        )
        yield stack.enter_context(site)


def _run(site: SampleSite, browsers: int, seconds: float) -> Run:
    points = start("bench.busy_points", site.points.port, CHARGE_POINTS, WARM_S, seconds)
    pages = start("bench.browsers", site.server.port, site.site, CODE, seconds)
    assert points.stdout is not None
    assert pages.stdin is not None
    pages.stdin.write(json.dumps(site.cookies[:browsers]) + "\n")
    pages.stdin.flush()
    assert points.stdout.readline() == "warm\n"
    pages.stdin.write("\n")
    pages.stdin.flush()
    before = _cpu_s(site)
    answers, _none = points.communicate(timeout=seconds + 60)
    cpu_s = _cpu_s(site) - before
    counted, _none = pages.communicate(timeout=60)
    return Run(json.loads(answers), json.loads(counted), cpu_s, seconds)


def start(module: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a load process of the benchmarks."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _cpu_s(site: SampleSite) -> float:
    """Return the CPU seconds that the server's processes have used so far, user and system."""
    pids = {server.process.pid for server in (site.server, site.points) if server.process is not None}
    return sum(map(processor_seconds, pids))


def processor_seconds(pid: int) -> float:
    """Return the processor time in s that a process of this machine has used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tell(mode: str, browsers: int, run: Run) -> None:
    pages = run.pages
    age = _shown_after(run)
    print(
        f"  {mode}, {browsers} browsers: "
        f"p50 {run.percentile_ms(0.5):.1f} p99 {run.percentile_ms(0.99):.1f} ms, "
        f"{len(run.answers_s) / run.seconds:.0f} answers/s, {pages['fetches'] / run.seconds:.0f} fetches/s, "
        f"shown after {age:.2f} s, CPU {run.cpu_s / run.seconds:.0%}, failed {pages['failed']}, "
        f"lost {pages['lost']}, broken {pages['broken'][:1]}",
        flush=True,
    )


def _figures(mode: str, runs: dict[int, list[Run]]) -> list[Figure]:
    figures = []
    p99 = {count: statistics.median(run.percentile_ms(0.99) for run in each) for count, each in runs.items()}
    idle = _cpu(runs[0])
    for count, each in runs.items():
        p50 = statistics.median(run.percentile_ms(0.5) for run in each)
        age = statistics.median(_shown_after(run) for run in each)
        fetches = statistics.median(run.pages["fetches"] / run.seconds for run in each)
        cpu = _cpu(each)
        each_ms = 1000 * (cpu - idle) / fetches if fetches else 0.0
        note = (
            f"p50 {p50:.1f} ms; {fetches:.0f} fetches/s of {each_ms:.1f} ms CPU, shown after {age:.1f} s; "
            f"server {cpu:.0%} of a core"
        )
        figures.append(Figure(f"answer p99, {count} browsers, {mode}", p99[count], "ms", note))
    ratio = p99[max(runs)] / p99[0]
    name = f"answer p99 with {max(runs)} / without browsers, {mode}"
    return [*figures, Figure(name, ratio, "x", at_most=ANSWERS_SLOWED)]


def _cpu(runs: list[Run]) -> float:
    """Return the share of a core that the server used."""
    return statistics.median(run.cpu_s / run.seconds for run in runs)


def _shown_after(run: Run) -> float:
    """Return the usual time in s from the first change a page is told of to its showing it."""
    return statistics.median(run.pages["ages"]) if run.pages["ages"] else 0.0
