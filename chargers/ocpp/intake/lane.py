"""A lane: one writer thread that drains everything that waits, writes it, and answers all."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from chargers.ocpp.intake.work import (
    CallWork,
    Failed,
    IntakeOverloadedError,
    JobWork,
    LogWork,
    SharedWork,
    StorageUnavailableError,
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
        pause_s: shortest time from a commit to the next transaction, in s. SQLite has one writer at a time,
            and those that wait look for a gap every now and then only.
        most_slow: as many jobs and calls without a set-based handler a transaction holds at most. Each takes
            milliseconds, and on SQLite nobody else writes until all are done.
    """

    def __init__(
        self,
        name: str,
        writer: BatchWriter,
        bus: EventBus,
        *,
        pause_s: float = 0.0,
        most_slow: int = BATCH_CAP,
    ) -> None:
        self.name = name
        self.batches = 0
        self.pieces = 0
        self._writer = writer
        self._bus = bus
        self._pause_s = pause_s
        self._most_slow = most_slow
        self._gathered: list[Work] = []
        self._waiting: queue.SimpleQueue[list[Work] | None] = queue.SimpleQueue()
        self._put = 0
        self._taken = 0
        self._committed = 0.0
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self, timeout_s: float = 15.0) -> None:
        """Write what waits, then end the thread."""
        if self._thread.is_alive():
            self._waiting.put(self._gathered)
            self._gathered = []
            self._waiting.put(None)
            self._thread.join(timeout_s)

    @property
    def length(self) -> int:
        """How many pieces of work wait."""
        return self._put - self._taken

    def put(self, work: Work, loop: asyncio.AbstractEventLoop) -> None:
        """Queue `work`; what comes within one turn of `loop` wakes the thread once. Call on `loop`.

        Raises:
            IntakeOverloadedError: too much waits already.
        """
        if self._put - self._taken >= QUEUE_CAP:
            raise IntakeOverloadedError(f"More than {QUEUE_CAP} messages wait to be stored.")
        self._put += 1
        if not self._gathered:
            loop.call_soon(self._hand_over)
        self._gathered.append(work)

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        self._waiting.put(gathered)

    def _run(self) -> None:
        use_own_connection()
        running = True
        while running:
            batch, running = self._drain()
            self._write_in_portions(batch)
        connection.close()

    def _write_in_portions(self, batch: Sequence[Work]) -> None:
        lost: StorageUnavailableError | None = None
        for portion in portions(batch, self._most_slow):
            if lost is not None:  # they have waited as long as the others
                _deliver([(item, Failed(lost)) for item in portion])
                continue
            try:
                lost = self._write(portion)
            except Exception as error:
                log.exception("lane_failed", extra={"lane": self.name})
                _deliver([(item, Failed(error)) for item in portion])
            if self._pause_s:
                time.sleep(max(0.0, self._committed + self._pause_s - time.monotonic()))

    def _drain(self) -> tuple[list[Work], bool]:
        batch: list[Work] = []
        more = self._waiting.get()
        while more is not None:
            batch += more
            self._taken += len(more)
            if len(batch) >= BATCH_CAP:
                return batch, True
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _write(self, batch: Sequence[Work]) -> StorageUnavailableError | None:
        written = self._writer.write(batch)
        self._committed = time.monotonic()
        self.batches += 1
        self.pieces += len(batch)
        self._bus.publish(written.events)
        _deliver(written.outcomes)
        return written.lost


def portions(batch: Sequence[Work], most_slow: int) -> Iterator[Sequence[Work]]:
    """Divide `batch`, in its order, so that no part holds more than `most_slow` jobs and cold calls."""
    begin = slow = 0
    for index, item in enumerate(batch):
        if isinstance(item, LogWork) or (isinstance(item, CallWork) and item.route.hot):
            continue
        if slow == most_slow:
            yield batch[begin:index]
            begin, slow = index, 0
        slow += 1
    if begin < len(batch):
        yield batch[begin:]


def _deliver(outcomes: Sequence[tuple[Work, Any]]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[CallWork | JobWork | SharedWork, Any]]] = {}
    for item, outcome in outcomes:
        if not isinstance(item, LogWork):
            by_loop.setdefault(item.done.get_loop(), []).append((item, outcome))
    for loop, awaited in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, awaited)
        except RuntimeError:
            log.warning("answers_undeliverable", extra={"count": len(awaited)})


def _resolve(awaited: Sequence[tuple[CallWork | JobWork | SharedWork, Any]]) -> None:
    for item, outcome in awaited:
        if item.done.done():
            continue
        if isinstance(outcome, Failed) and not isinstance(item, CallWork):
            item.done.set_exception(outcome.error)
        else:
            item.done.set_result(outcome)
