"""Two at the same time: what one does while the transaction of the other is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

PATIENCE_S = 10


def is_waiting() -> bool:
    """Tell whether somebody waits for what this transaction holds (SQLite: whoever writes waits to begin)."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None


@contextmanager
def meanwhile(work: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Run the block in a transaction, and `work` beside it, which gets stuck on it before it ends."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        answer: Future[Any] = Future()
        with transaction.atomic():
            yield answer
            running = pool.submit(run)
            until = time.monotonic() + PATIENCE_S
            while not is_waiting() and not running.done() and time.monotonic() < until:
                time.sleep(0.01)
        answer.set_result(running.result(PATIENCE_S))
