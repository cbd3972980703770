"""One charge point's socket: frames in, answers out.

The receive loop reads a frame, waits until it is stored, answers and reads the next one: the order of a
charge point's messages is kept and back-pressure reaches its socket. Our own calls go out from a
separate task (`CommandPump`); their answers are handed to it by the loop, which never waits for them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.events import (
    CallReceived,
    CallRepeated,
    ErrorReceived,
    Event,
    Rejected,
    ResultReceived,
    Unsolicited,
)
from chargers.ocpp.handling import InboundCall, Link
from chargers.ocpp.intake import (
    Answered,
    IntakeOverloadedError,
    Outcome,
    StorageUnavailableError,
    Waiting,
)
from chargers.ocpp.intake.work import Failed
from chargers.ocpp.journal import Journal
from chargers.ocpp.pump import CommandPump
from chargers.ocpp.schema import PayloadError, Validated, validate_call
from chargers.ocpp.session import Session
from chargers.ocpp.short_way import Door, ShortWay
from evkit.core.clock import utc_now

if TYPE_CHECKING:
    from chargers.ocpp.engine import Engine

log = logging.getLogger(__name__)

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]

TRY_AGAIN_LATER = 1013
BOOT_PATIENCE_S = 15.0

CLOSE_PATIENCE_S = 1.0
"""How long a close frame may wait behind answers that the peer does not read."""

SILENT_PATIENCE_S = 2.0
"""The same for charge points that are known not to boot again."""

GONE = (OSError, RuntimeError)
"""What servers raise when a socket is written to that has ended already."""


def boot_patience_s(link: Link) -> float:
    """Return how long commands wait for the boot of a new connection, in s."""
    return SILENT_PATIENCE_S if link.quirks.silent_reconnect else BOOT_PATIENCE_S


class ChargePointConnection:
    """The state of one accepted socket.

    Args:
        engine: the process's engine.
        link: who is connected.
        send: ASGI send.
        idle_limit_s: silence after which the socket is closed, in s.
        door: of the server to the short way, if it has one.
    """

    __slots__ = (
        "_closing",
        "_cut",
        "_engine",
        "_journal",
        "_send",
        "_serving",
        "_short_way",
        "close_code",
        "close_reason",
        "frames_in",
        "frames_out",
        "idle_limit_s",
        "last_frame",
        "link",
        "pump",
        "session",
    )

    def __init__(
        self, engine: Engine, link: Link, send: Send, *, idle_limit_s: float, door: Door | None = None
    ) -> None:
        self._engine = engine
        self._send = send
        self._closing = self._cut = False
        self._journal = Journal(engine, link.charge_point_id)
        self._serving: asyncio.Task[object] | None = None
        self.link = link
        self.session = Session(version=link.version)
        self._short_way = ShortWay(self, engine, door)
        self.pump = CommandPump(self, engine, patience_s=boot_patience_s(link))
        self.idle_limit_s = idle_limit_s
        self.last_frame = time.monotonic()
        self.frames_in = self.frames_out = 0
        self.close_code: int | None = None
        self.close_reason = ""

    async def accept(self, subprotocol: str | None) -> None:
        """Accept the socket, unless it ended or was replaced in the meantime."""
        if not self._closing:
            with suppress(*GONE):
                await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def run(self, receive: Receive) -> None:
        """Serve the socket until it ends."""
        self._serving = asyncio.current_task()
        self.pump.wake()
        self._short_way.open()
        try:
            await self._serve(receive)
        except asyncio.CancelledError:
            if not self._cut or self._serving is None:
                raise
            self._serving.uncancel()
        finally:
            self._short_way.close()

    @property
    def takes_more(self) -> bool:
        """Whether another frame may be taken: nothing is closed, and what was logged is being stored."""
        return not self._closing and not self._journal.is_full

    async def _serve(self, receive: Receive) -> None:
        while not self._closing:
            event = await receive()
            if self._short_way.busy:
                await self._short_way.free()
            if event["type"] == "websocket.disconnect":
                self.close_code = self.close_code or event.get("code") or 1005
                self.close_reason = self.close_reason or event.get("reason") or ""
                return
            text = event.get("text")
            if text is None:
                text = (event.get("bytes") or b"").decode("utf-8", errors="replace")
            self.last_frame = time.monotonic()
            self.frames_in += 1
            self._short_way.busy = True
            try:
                await self._on_frame(text)
                await self._journal.catch_up()
            except (IntakeOverloadedError, StorageUnavailableError) as error:
                await self.close(TRY_AGAIN_LATER, str(error)[:120])
            except Exception:
                log.exception("frame_failed", extra={"identity": self.link.identity})
            finally:
                self._short_way.busy = False

    def answer_now(self, event: CallReceived, outcome: Answered, door: Door) -> bool:
        """Answer a call through the door; False if the answer has to go through `settle`."""
        if self._closing or not door.write_text(self.session.answer(event.message_id, outcome.payload)):
            return False
        self.frames_out += 1
        self._answered(event)
        return True

    async def send_text(self, text: str) -> None:
        """Send one frame; a socket that is gone swallows it."""
        if self._closing:
            return
        self.frames_out += 1
        with suppress(*GONE):
            await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Close the socket from our side, once; takes a second at most and never raises.

        A peer that does not read its answers cannot be told: its socket is abandoned.
        """
        if self._closing:
            return
        self._closing = True
        self.close_code, self.close_reason = code, reason
        try:
            async with asyncio.timeout(CLOSE_PATIENCE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
        except TimeoutError:
            self._abandon()
        except GONE:
            pass

    def _abandon(self) -> None:
        """End the receive loop, wherever it waits."""
        if self._serving is not None and self._serving is not asyncio.current_task():
            self._cut = True
            self._serving.cancel()

    def log_sent(self, text: str, *, message_id: str, action: str) -> None:
        """Put a frame that we sent into the message log."""
        self._journal.write(text, message_id=message_id, action=action, outgoing=True)

    async def _on_frame(self, text: str) -> None:
        event = self.session.receive(text, time.monotonic())
        if isinstance(event, CallReceived):
            try:
                await self._on_call(event, text)
            except (IntakeOverloadedError, StorageUnavailableError):
                raise
            except Exception as error:
                log.exception("call_failed", extra={"identity": self.link.identity})
                await self._refuse(event, Failed(error))
        elif isinstance(event, CallRepeated):
            self._journal.write(
                text, message_id=event.message_id, action=event.action, deviations=event.deviations
            )
            if event.answer is not None:
                await self.send_text(event.answer)
        else:
            await self._on_other(event, text)

    async def _on_call(self, event: CallReceived, text: str) -> None:
        try:
            validated = validate_call(self.link.version, event.action, event.payload)
        except PayloadError as error:
            reply = self.session.refuse(event.message_id, error.code, error.description)
            self._journal.write(
                text,
                message_id=event.message_id,
                action=event.action,
                deviations=(*event.deviations, Deviation("payload-refused", event.action, error.description)),
                answer=reply,
            )
            await self.send_text(reply)
            return
        await self._respond(event, await self._engine.handle(self.inbound(event, validated, text)))

    def inbound(self, event: CallReceived, validated: Validated[Any], text: str) -> InboundCall:
        """Return a received call as its handler gets it."""
        return InboundCall(
            link=self.link,
            message_id=event.message_id,
            action=event.action,
            message=validated.message,
            frame=text,
            deviations=event.deviations + validated.deviations,
            received_at=utc_now(),
            sequence=self._engine.next_sequence(),
        )

    async def settle(self, event: CallReceived, outcome: Outcome) -> None:
        """Respond to a call that took the short way but cannot be answered on the spot."""
        try:
            await self._respond(event, outcome)
        except (IntakeOverloadedError, StorageUnavailableError) as error:
            await self.close(TRY_AGAIN_LATER, str(error)[:120])

    async def _respond(self, event: CallReceived, outcome: Outcome) -> None:
        if isinstance(outcome, Answered):
            await self.send_text(self.session.answer(event.message_id, outcome.payload))
            self._answered(event)
        elif isinstance(outcome, Waiting):
            await self._engine.expect_decision(self, event.message_id, outcome)
        else:
            await self._refuse(event, outcome)

    def _answered(self, event: CallReceived) -> None:
        if event.action == "BootNotification":
            self.pump.ready()

    async def _refuse(self, event: CallReceived, outcome: Failed) -> None:
        if isinstance(outcome.error, IntakeOverloadedError | StorageUnavailableError):
            raise outcome.error
        text = self.session.refuse(event.message_id, "InternalError", "The message could not be handled.")
        self.log_sent(text, message_id=event.message_id, action=event.action)
        await self.send_text(text)

    async def _on_other(self, event: Event, text: str) -> None:
        if isinstance(event, ResultReceived | ErrorReceived):
            self._journal.write(
                text, message_id=event.message_id, action=event.action, deviations=event.deviations
            )
            self.pump.answered(event)
        elif isinstance(event, Rejected):
            self._journal.write(
                text,
                message_id=event.message_id or "",
                action=event.action,
                deviations=event.deviations,
                answer=event.reply,
            )
            if event.failed_call is not None:
                self.pump.spoilt(event)
            if event.reply is not None:
                await self.send_text(event.reply)
        elif isinstance(event, Unsolicited):
            self._journal.write(text, message_id=event.message_id, action="", deviations=event.deviations)
