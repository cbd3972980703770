"""The short way of the usual call: no task is woken up between its frame and its answer.

A plain call with a set-based handler, from a charge point that awaits its answers, is handed to the
writer from within the server's own callback, and answered from within the one that tells the outcome.
Everything else, and everything that comes while such a call is being stored, goes through the receive
loop: order, back-pressure and one call at a time are the same on both ways.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from chargers.ocpp.events import CallReceived
from chargers.ocpp.framing import plain_call
from chargers.ocpp.intake import Answered, IntakeOverloadedError, Outcome, StorageUnavailableError
from chargers.ocpp.intake.work import Failed
from chargers.ocpp.schema import validate_plain_call

if TYPE_CHECKING:
    from chargers.ocpp.connection import ChargePointConnection
    from chargers.ocpp.engine import Engine

log = logging.getLogger(__name__)

EXTENSION = "evkit.door"
"""The ASGI extension under which a server offers its `Door`."""


class Door(Protocol):
    """What a server offers beside ASGI's receive and send.

    Attributes:
        on_text: called with a whole text frame when none waits to be received; False: not taken.
    """

    on_text: Callable[[str], bool] | None

    def write_text(self, text: str) -> bool:
        """Send a text at once; False if it has to go through ASGI's send."""


class ShortWay:
    """The short way of one connection; it awaits the outcome of one call at a time.

    Attributes:
        busy: whether a call is being handled, on this way or by the receive loop.
    """

    __slots__ = ("_connection", "_door", "_engine", "_event", "_free", "_loop", "_task", "busy")

    def __init__(self, connection: ChargePointConnection, engine: Engine, door: Door | None) -> None:
        self._connection = connection
        self._engine = engine
        self._door = door
        self._loop = asyncio.get_running_loop()
        self._event: CallReceived | None = None
        self._free: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.busy = False

    def open(self) -> None:
        """Take frames from now on."""
        if self._door is not None:
            self._door.on_text = self.take

    def close(self) -> None:
        """Take no more frames."""
        if self._door is not None:
            self._door.on_text = None

    async def free(self) -> None:
        """Return once no call is being handled on this way."""
        if self.busy:
            self._free = self._loop.create_future()
            await self._free

    def take(self, text: str) -> bool:
        """Take a frame if it is a plain call with nothing before it; tell whether."""
        connection, engine = self._connection, self._engine
        if self.busy or not connection.takes_more:
            return False
        frame = plain_call(text)
        if frame is None:
            return False
        version = connection.link.version
        route = engine.routes.get((version, frame.action))
        if route is None or not route.hot:
            return False
        validated = validate_plain_call(version, frame.action, bytes(frame.payload))
        now = time.monotonic()
        event = None if validated is None else connection.session.receive_new(frame, now)
        if event is None or validated is None:
            return False
        connection.last_frame = now
        connection.frames_in += 1
        self.busy, self._event = True, event
        try:
            engine.submit(connection.inbound(event, validated, text), route, self)
        except (IntakeOverloadedError, StorageUnavailableError) as error:
            self._event = None
            self._spawn(event, Failed(error))
        return True

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop on which the outcome is to be told."""
        return self._loop

    def done(self) -> bool:
        """Tell whether nobody waits for an outcome any more."""
        return self._event is None

    def set_result(self, outcome: Outcome) -> None:
        """Answer the call."""
        event, self._event = self._event, None
        if event is None:
            return
        settled = False
        try:
            if type(outcome) is Answered and self._door is not None:
                settled = self._connection.answer_now(event, outcome, self._door)
        except Exception:
            log.exception("answer_failed", extra={"identity": self._connection.link.identity})
        if settled:
            self._end()
        else:
            self._spawn(event, outcome)

    def _spawn(self, event: CallReceived, outcome: Outcome) -> None:
        self._task = self._loop.create_task(self._settle(event, outcome))

    async def _settle(self, event: CallReceived, outcome: Outcome) -> None:
        try:
            await self._connection.settle(event, outcome)
        finally:
            self._end()

    def _end(self) -> None:
        self.busy = False
        if self._free is not None and not self._free.done():
            self._free.set_result(None)
        self._free = None
