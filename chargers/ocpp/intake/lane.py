"""A lane: one writer thread that drains everything that waits, writes it, and answers all."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from chargers.ocpp.intake.work import (
    CallWork,
    Failed,
    IntakeOverloadedError,
    JobWork,
    LogWork,
    Work,
)
from chargers.ocpp.intake.writing import BatchWriter
from evkit.core.db import use_own_connection
from evkit.core.events import EventBus

log = logging.getLogger(__name__)

BATCH_CAP = 2_000
QUEUE_CAP = 20_000


class Lane:
    """One writer thread with its own database connection.

    Args:
        name: shown in logs and metrics.
        writer: writes a batch.
        bus: gets the events of committed batches.
        pause_s: shortest time between two commits, in s (SQLite: lets other writers in).
    """

    def __init__(self, name: str, writer: BatchWriter, bus: EventBus, *, pause_s: float = 0.0) -> None:
        self.name = name
        self.batches = 0
        self.pieces = 0
        self._writer = writer
        self._bus = bus
        self._pause_s = pause_s
        self._waiting: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_s: float = 15.0) -> None:
        """Write what waits, then end the thread."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout_s)

    @property
    def length(self) -> int:
        """How many pieces of work wait."""
        return self._waiting.qsize()

    def put(self, work: Work) -> None:
        """Queue `work`.

        Raises:
            IntakeOverloadedError: too much waits already.
        """
        if self._waiting.qsize() >= QUEUE_CAP:
            raise IntakeOverloadedError(f"More than {QUEUE_CAP} messages wait to be stored.")
        self._waiting.put(work)

    def _run(self) -> None:
        use_own_connection()
        running = True
        while running:
            batch, running = self._drain()
            if not batch:
                continue
            try:
                self._write(batch)
            except Exception:
                log.exception("lane_failed", extra={"lane": self.name})
            if self._pause_s:
                time.sleep(self._pause_s)
        connection.close()

    def _drain(self) -> tuple[list[Work], bool]:
        batch: list[Work] = []
        first = self._waiting.get()
        while first is not None:
            batch.append(first)
            if len(batch) >= BATCH_CAP:
                return batch, True
            try:
                first = self._waiting.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _write(self, batch: Sequence[Work]) -> None:
        written = self._writer.write(batch)
        self.batches += 1
        self.pieces += len(batch)
        _deliver(written.outcomes)
        self._bus.publish(written.events)


def _deliver(outcomes: Sequence[tuple[Work, Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Callable[[], None]]] = {}
    for item, outcome in outcomes:
        if isinstance(item, LogWork):
            continue
        by_loop.setdefault(item.done.get_loop(), []).append(_resolver(item, outcome))
    for loop, resolvers in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve_all, resolvers)
        except RuntimeError:
            log.warning("answers_undeliverable", extra={"count": len(resolvers)})


def _resolver(item: CallWork | JobWork, outcome: Any) -> Callable[[], None]:
    def resolve() -> None:
        if item.done.done():
            return
        if isinstance(item, JobWork) and isinstance(outcome, Failed):
            item.done.set_exception(outcome.error)
        else:
            item.done.set_result(outcome)

    return resolve


def _resolve_all(resolvers: Sequence[Callable[[], None]]) -> None:
    for resolve in resolvers:
        resolve()
