"""Durable MeterValues per second against a bare echo and against the naive design, in one run."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench import contestants, ordinary
from bench.frames import frame
from bench.load import Measured, closed_loop, connect_many
from bench.report import Figure
from tests.support.databases import own_database, postgres_answers

CLIENTS: Final = 200
WARM_UP_S: Final = 1.5
LIGHT: Final = "light clients"
ORDINARY: Final = "ordinary clients"
CLIENT_KINDS: Final = (ORDINARY, LIGHT)
TARGET: Final = 0.35
APART: Final = 1_800_000
"""Between the frames of both kinds of client: half an hour of milliseconds."""

Results = Mapping[tuple[str, str], list[Measured]]
"""By contestant and kind of client."""


def measure(port: int, kind: str, *, clients: int, seconds: float) -> Measured:
    """Return what `clients` closed-loop clients of a kind achieve against the server on `port`."""
    paths = contestants.paths(clients)
    if kind == ORDINARY:
        loop = ordinary.closed_loop(port, paths, frame, seconds=seconds, warm_up_s=WARM_UP_S)
    else:
        loop = _light_loop(port, paths, seconds)
    return asyncio.run(loop)


def _later_frame(number: int) -> bytes:
    """Return a frame that the first kind of client has not sent: a repeated one is another work."""
    return frame(APART + number)


async def _light_loop(port: int, paths: list[str], seconds: float) -> Measured:
    connected = await connect_many(port, paths)
    try:
        return await closed_loop(connected, _later_frame, seconds=seconds, warm_up_s=WARM_UP_S)
    finally:
        for client in connected:
            client.close()


def throughput(*, rounds: int, seconds: float) -> list[Figure]:
    """Measure echo, evkit and naive in turns, `rounds` times; compare medians."""
    results: dict[tuple[str, str], list[Measured]] = {}
    for _round in range(rounds):
        for name, port in _contestants():
            for kind in CLIENT_KINDS:
                measured = measure(port, kind, clients=CLIENTS, seconds=seconds)
                results.setdefault((name, kind), []).append(measured)
    return _figures(results)


def _contestants() -> Iterator[tuple[str, int]]:
    with contestants.echo() as port:
        yield "echo", port
    if postgres_answers():
        with own_database() as url, _evkit(url) as port:
            yield "evkit, PostgreSQL", port
        with own_database() as url, contestants.naive(url) as port:
            yield "naive, PostgreSQL", port
    with _evkit("") as port:
        yield "evkit, SQLite", port


@contextmanager
def _evkit(database_url: str) -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        running = contestants.evkit(Path(folder), charge_points=CLIENTS, database_url=database_url)
        with running as server:
            yield server.port


def _figures(results: Results) -> list[Figure]:
    rates = {key: statistics.median(each.per_second for each in runs) for key, runs in results.items()}
    figures = []
    for (name, kind), runs in results.items():
        p50 = statistics.median(each.percentile_ms(0.5) for each in runs)
        p99 = statistics.median(each.percentile_ms(0.99) for each in runs)
        note = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        figures.append(Figure(f"MeterValues/s, {name}, {kind}", rates[name, kind], "1/s", note))
    for kind in CLIENT_KINDS:
        figures += _ratios(rates, kind)
    return figures


def _ratios(rates: Mapping[tuple[str, str], float], kind: str) -> Iterator[Figure]:
    for name in ("evkit, PostgreSQL", "evkit, SQLite"):
        if (name, kind) in rates:
            ratio = rates[name, kind] / rates["echo", kind]
            yield Figure(f"{name} / echo, {kind}", ratio, "", "", at_least=TARGET)
    if ("naive, PostgreSQL", kind) in rates:
        ratio = rates["evkit, PostgreSQL", kind] / rates["naive, PostgreSQL", kind]
        yield Figure(f"evkit, PostgreSQL / naive, {kind}", ratio, "x", "", at_least=60.0)
