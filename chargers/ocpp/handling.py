"""What the engine and the handlers say to each other: calls, answers, batches and routes.

Handlers translate a payload into one service call and its result into a payload. They run on a writer
thread inside the database transaction of a whole batch; their answer leaves after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chargers.ocpp.deviations import Deviation
from chargers.quirks.types import NO_QUIRKS, Quirks
from evkit.core.events import Event


@dataclass(slots=True)
class Link:
    """The socket that a call came through, and what the process knows of its charge point.

    `evse_ids` maps connector numbers (>= 1) to primary keys; handlers add those that they create.
    `booted` tells whether a BootNotification came through this connection; `quirks` are those known when
    it was opened, or since its boot. `authenticated` tells whether it proved who it is, with its password
    or its certificate.
    """

    token: UUID
    charge_point_id: int
    identity: str
    site_id: int | None
    version: str
    evse_ids: dict[int, int] = field(default_factory=dict)
    booted: bool = False
    quirks: Quirks = NO_QUIRKS
    authenticated: bool = False


class InboundCall(msgspec.Struct, frozen=True, gc=False):
    """A validated CALL of a charge point, waiting to be handled.

    `message` is the action's struct (`chargers.ocpp.v16.messages`), `frame` the raw text, `sequence`
    the order of arrival in this process.
    """

    link: Link
    message_id: str
    action: str
    message: Any
    frame: str
    deviations: tuple[Deviation, ...]
    received_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True)
class Deferred:
    """An answer that somebody gives later; `default` is sent at the deadline.

    `request` is what the person who decides needs to see.
    """

    deadline: datetime
    default: Mapping[str, object]
    request: Mapping[str, object]


Payload = Mapping[str, object] | bytes
EMPTY = b"{}"


class Batch:
    """What handlers leave behind beside their rows: events for after the commit, observed deviations."""

    __slots__ = ("deviations", "events", "now")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.events: list[Event] = []
        self.deviations: list[tuple[int, Deviation]] = []

    def publish(self, event: Event) -> None:
        """Tell `event` after the commit."""
        self.events.append(event)

    def deviate(self, call: InboundCall, code: str, detail: str = "") -> None:
        """Record that the charge point departed from the specification in `call`."""
        self.deviations.append((call.link.charge_point_id, Deviation(code, call.action, detail)))

    def mark(self) -> tuple[int, int]:
        """Return a mark for `rewind`."""
        return len(self.events), len(self.deviations)

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forget what was left since `mark`: the savepoint was rolled back."""
        del self.events[mark[0] :]
        del self.deviations[mark[1] :]


ColdHandler = Callable[[InboundCall, Batch], Payload | Deferred]
HotHandler = Callable[[Sequence[InboundCall], Batch], Sequence[Payload | Deferred]]


@dataclass(frozen=True, slots=True)
class Route:
    """How an action of a charge point is handled: one by one (cold) or set-based (hot)."""

    handle: ColdHandler | None = None
    handle_many: HotHandler | None = None

    @property
    def hot(self) -> bool:
        """Whether the action has a set-based handler and its own lane."""
        return self.handle_many is not None


class LogEntry(msgspec.Struct, frozen=True, gc=False):
    """A frame for the message log; `answer` is ours to a call of the charge point."""

    charge_point_id: int
    at: datetime
    sequence: int
    outgoing: bool
    message_id: str
    action: str
    frame: str
    device_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    deviations: tuple[Deviation, ...] = ()


MessageRecorder = Callable[[Sequence[LogEntry]], None]
