"""What waits for a writer thread, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from chargers.ocpp.handling import Batch, InboundCall, LogEntry, Route
from evkit.core.errors import EvkitError


class IntakeOverloadedError(EvkitError):
    """More work waits than the process will hold."""

    code = "overloaded"


class StorageUnavailableError(EvkitError):
    """The database could not be written for longer than a charge point should wait."""

    code = "storage_unavailable"


class Answered(msgspec.Struct, frozen=True, gc=False):
    """The call is stored; `payload` is the JSON of its answer."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """The call is stored; row `deferred_id` will be answered by somebody before `deadline`."""

    deferred_id: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """The call could not be handled and nothing of it was kept but the log entry."""

    error: BaseException


Outcome = Answered | Waiting | Failed


class Receiver(Protocol):
    """Who is told an outcome, on the loop: a future, or something lighter."""

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop."""

    def done(self) -> bool:
        """Tell whether nobody waits any more."""

    def set_result(self, outcome: Any, /) -> None:
        """Take the outcome."""


@dataclass(slots=True)
class CallWork:
    """A call to handle; `done` gets its Outcome."""

    call: InboundCall
    route: Route
    done: Receiver


@dataclass(slots=True)
class JobWork:
    """Some other write of the engine; `done` gets what `job` returns, or its exception.

    `identity` names the charge point that it is about, "" if it is about several.
    """

    job: Callable[[Batch], Any]
    done: asyncio.Future[Any]
    identity: str = ""


@dataclass(slots=True)
class SharedWork:
    """A part of a write of the engine that is done at once for all who want the same in a batch.

    `job` gets the items of all of them and returns a result for each; `done` gets that of this `item`, or
    the exception. `identity` names the charge point that it is about.
    """

    job: Callable[[Sequence[Any], Batch], Sequence[Any]]
    item: Any
    done: asyncio.Future[Any]
    identity: str


@dataclass(slots=True)
class LogWork:
    """A frame that only needs to be logged; nobody waits for it."""

    entry: LogEntry


Work = CallWork | JobWork | SharedWork | LogWork
