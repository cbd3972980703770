"""How long a page takes, evkit's and the database's part of it, and the plan of a slow query."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from bench.live import processor_seconds

SLOW_MS = 60.0
"""The plan of a query that takes longer is told."""


Query = tuple[float, str, Any]
"""How long it took in ms, its statement and its parameters."""


@contextmanager
def queries() -> Iterator[list[Query]]:
    """Note every query of the block."""
    noted: list[Query] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *others: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, *others)
        finally:
            noted.append(((time.perf_counter() - began) * 1000, sql, params))

    with connection.execute_wrapper(note):
        yield noted


def taken(name: str, client: Client, address: str, query: dict[str, Any], rounds: int) -> dict[str, float]:
    """Ask for a page `rounds` times after a first time; return the medians in ms.

    `database` is the processor time of the database's own process, where it runs on this machine,
    without what it gives to parallel workers.
    """
    _ask(client, address, query)
    backend = _backend()
    before = processor_seconds(backend) if backend else 0.0
    each = [_ask(client, address, query) for _round in range(rounds)]
    after = processor_seconds(backend) if backend else 0.0
    elapsed, processor, in_queries = (statistics.median(column) for column in zip(*each, strict=True))
    _tell_plan(name, client, address, query)
    database = (after - before) * 1000 / rounds
    return {"elapsed": elapsed, "processor": processor, "queries": in_queries, "database": database}


def _ask(client: Client, address: str, query: dict[str, Any]) -> tuple[float, float, float]:
    with queries() as noted:
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(address, query)
        took = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
    assert answer.status_code == 200, (address, answer.status_code)
    return *took, sum(milliseconds for milliseconds, _sql, _params in noted)


def _backend() -> int | None:
    """Return the process of the database that answers, or None if it runs elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    process = Path(f"/proc/{pid}/comm")
    return pid if process.exists() and "postgres" in process.read_text(encoding="ascii") else None


def _tell_plan(name: str, client: Client, address: str, query: dict[str, Any]) -> None:
    with queries() as noted:
        client.get(address, query)
    for milliseconds, sql, params in sorted(noted, key=lambda each: each[0], reverse=True)[:2]:
        if milliseconds < SLOW_MS or not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        sys.stderr.write(f"\n{name}: {milliseconds:.0f} ms\n{sql}\n{params}\n{plan}\n")
