"""Durable MeterValues per second against a bare echo and against the naive design, in one run."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import contestants
from bench.frames import frame
from bench.load import Measured, closed_loop, connect_many
from bench.report import Figure
from tests.support.databases import own_database, postgres_answers

CLIENTS = 200
WARM_UP_S = 1.5


def measure(port: int, *, clients: int, seconds: float) -> Measured:
    """Return what `clients` closed-loop clients achieve against the server on `port`."""

    async def run() -> Measured:
        connected = await connect_many(port, contestants.paths(clients))
        try:
            return await closed_loop(connected, frame, seconds=seconds, warm_up_s=WARM_UP_S)
        finally:
            for client in connected:
                client.close()

    return asyncio.run(run())


def throughput(*, rounds: int, seconds: float) -> list[Figure]:
    """Measure echo, evkit and naive in turns, `rounds` times; compare medians."""
    rates: dict[str, list[float]] = {}
    latencies: dict[str, list[tuple[float, float]]] = {}
    for _round in range(rounds):
        for name, measured in _one_round(seconds):
            rates.setdefault(name, []).append(measured.per_second)
            latencies.setdefault(name, []).append((measured.percentile_ms(0.5), measured.percentile_ms(0.99)))
    return _figures(rates, latencies)


def _one_round(seconds: float) -> list[tuple[str, Measured]]:
    results = []
    with contestants.echo() as port:
        results.append(("echo", measure(port, clients=CLIENTS, seconds=seconds)))
    if postgres_answers():
        with own_database() as url, _evkit(url) as port:
            results.append(("evkit, PostgreSQL", measure(port, clients=CLIENTS, seconds=seconds)))
        with own_database() as url, contestants.naive(url) as port:
            results.append(("naive, PostgreSQL", measure(port, clients=CLIENTS, seconds=seconds)))
    with _evkit("") as port:
        results.append(("evkit, SQLite", measure(port, clients=CLIENTS, seconds=seconds)))
    return results


@contextmanager
def _evkit(database_url: str) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        running = contestants.evkit(Path(folder), charge_points=CLIENTS, database_url=database_url)
        with running as server:
            yield server.port


def _figures(rates: dict[str, list[float]], latencies: dict[str, list[tuple[float, float]]]) -> list[Figure]:
    median = {name: statistics.median(values) for name, values in rates.items()}
    figures = []
    for name, rate in median.items():
        p50 = statistics.median(pair[0] for pair in latencies[name])
        p99 = statistics.median(pair[1] for pair in latencies[name])
        figures.append(Figure(f"MeterValues/s, {name}", rate, "1/s", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"))
    for name, target in (("evkit, PostgreSQL", 0.35), ("evkit, SQLite", 0.35)):
        if name in median:
            figures.append(Figure(f"{name} / echo", median[name] / median["echo"], "", "", at_least=target))
    if "naive, PostgreSQL" in median:
        ratio = median["evkit, PostgreSQL"] / median["naive, PostgreSQL"]
        figures.append(Figure("evkit, PostgreSQL / naive", ratio, "x", "", at_least=60.0))
    return figures
