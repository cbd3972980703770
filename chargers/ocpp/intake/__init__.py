"""The intake: calls of all connections of the process go through it into the database, in groups."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection

from chargers.ocpp.handling import Batch, InboundCall, LogEntry, MessageRecorder, Route
from chargers.ocpp.intake.lane import Lane
from chargers.ocpp.intake.work import (
    Answered,
    CallWork,
    Failed,
    IntakeOverloadedError,
    JobWork,
    LogWork,
    Outcome,
    Receiver,
    SharedWork,
    StorageUnavailableError,
    Waiting,
)
from chargers.ocpp.intake.writing import BatchWriter
from evkit.core.events import EventBus

__all__ = [
    "Answered",
    "Failed",
    "Intake",
    "IntakeOverloadedError",
    "Outcome",
    "Receiver",
    "StorageUnavailableError",
    "Waiting",
]

SQLITE_PAUSE_S = 0.005
SQLITE_MOST_SLOW = 50
T = TypeVar("T")


class Intake:
    """Hands calls and jobs to the lanes and returns their outcome once it is committed.

    PostgreSQL has a hot lane (set-based handlers) and a cold one, so that a slow handler stalls nobody;
    SQLite has one writer.

    Args:
        record_messages: writes the message log inside a batch's transaction.
        bus: gets the events of committed batches.
        clock: returns the current time.
    """

    def __init__(
        self, *, record_messages: MessageRecorder, bus: EventBus, clock: Callable[[], datetime]
    ) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

        def writer() -> BatchWriter:
            return BatchWriter(record_messages, clock)

        if connection.vendor == "postgresql":
            self._hot, self._cold = Lane("hot", writer(), bus), Lane("cold", writer(), bus)
            self.lanes = [self._hot, self._cold]
        else:
            self._hot = self._cold = Lane(
                "writer", writer(), bus, pause_s=SQLITE_PAUSE_S, most_slow=SQLITE_MOST_SLOW
            )
            self.lanes = [self._hot]

    def _find_loop(self) -> asyncio.AbstractEventLoop:
        """Remember the loop on which calls arrive: asking for it costs a system call in Python 3.11."""
        self._loop = asyncio.get_running_loop()
        return self._loop

    def start(self) -> None:
        """Start the writer threads."""
        for lane in self.lanes:
            lane.start()

    def stop(self) -> None:
        """Write what waits and end the threads."""
        for lane in self.lanes:
            lane.stop()

    async def submit(self, call: InboundCall, route: Route) -> Outcome:
        """Return the outcome of `call` once it is stored.

        Raises:
            IntakeOverloadedError: too much waits already; nothing was stored.
        """
        done: asyncio.Future[Outcome] = (self._loop or self._find_loop()).create_future()
        self.hand_over(call, route, done)
        return await done

    def hand_over(self, call: InboundCall, route: Route, done: Receiver) -> None:
        """Have `done` told the outcome of `call` once it is stored.

        Raises:
            IntakeOverloadedError: too much waits already; nothing was stored.
        """
        lane = self._hot if route.hot else self._cold
        lane.put(CallWork(call, route, done), self._loop or self._find_loop())

    async def run(self, job: Callable[[Batch], T], *, identity: str = "") -> T:
        """Run `job` inside the next cold batch, in a savepoint; return what it returns, once committed.

        `identity` names the charge point whose rows it changes, if it is about one.

        Raises:
            IntakeOverloadedError: too much waits already.
            StorageUnavailableError: the database cannot be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._cold.put(JobWork(job, done, identity), loop)
        return await done

    async def run_together(
        self, job: Callable[[Sequence[Any], Batch], Sequence[T]], item: object, *, identity: str
    ) -> T:
        """Run `job` in the next cold batch, once for the items of all who ask; return what is for `item`.

        Should it fail, it runs again for every item alone, each in a savepoint. `identity` names the charge
        point whose rows it changes.

        Raises:
            IntakeOverloadedError: too much waits already.
            StorageUnavailableError: the database cannot be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self._cold.put(SharedWork(job, item, done, identity), loop)
        return await done

    def log(self, entry: LogEntry) -> None:
        """Log a frame with the next batch, without waiting."""
        self._hot.put(LogWork(entry), asyncio.get_running_loop())

    async def logged(self) -> None:
        """Return once everything that was logged before is committed.

        Raises:
            IntakeOverloadedError: too much waits already.
            StorageUnavailableError: the database cannot be written.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._hot.put(JobWork(_nothing, done), loop)
        await done


def _nothing(_batch: Batch) -> None:
    """Wait for one's turn only."""
