"""Sends a charge point's queued commands, one after the other."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

import msgspec

from chargers.ocpp.commanding import Answer
from chargers.ocpp.events import ErrorReceived, Rejected, ResultReceived
from chargers.ocpp.schema import PayloadError, encode, validate_result
from chargers.services.calls import Claim
from chargers.services.claims import Turn
from chargers.services.secrets import mask_frame
from evkit.core.errors import EvkitError

if TYPE_CHECKING:
    from chargers.ocpp.connection import ChargePointConnection
    from chargers.ocpp.engine import Engine

log = logging.getLogger(__name__)

ParsedEvent = ResultReceived | ErrorReceived | Rejected


class CommandPump:
    """Claims queued commands of one charge point and carries out their calls.

    A new connection waits for the charge point's own BootNotification before it is commanded, at most
    `patience_s`: some never boot again, some answer nothing before their boot.
    """

    __slots__ = ("_again", "_answer", "_connection", "_engine", "_patience", "_ready", "_task")

    def __init__(self, connection: ChargePointConnection, engine: Engine, *, patience_s: float) -> None:
        self._connection = connection
        self._engine = engine
        self._task: asyncio.Task[None] | None = None
        self._answer: asyncio.Future[ParsedEvent] | None = None
        self._again = False
        self._ready = False
        self._patience = asyncio.get_running_loop().call_later(patience_s, self.ready)

    def ready(self) -> None:
        """Commands may go out: the charge point has booted, or waited long enough."""
        self._patience.cancel()
        if not self._ready:
            self._ready = True
            self.wake()

    def wake(self) -> None:
        """Look for queued commands soon; cheap, and safe to call at any time."""
        self._again = True
        if self._ready and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._run())

    def answered(self, event: ResultReceived | ErrorReceived) -> None:
        """Take the answer to our outstanding call."""
        self._resolve(event)

    def spoilt(self, event: Rejected) -> None:
        """Take a broken frame that evidently answers our outstanding call."""
        self._resolve(event)

    def stop(self) -> None:
        """End with the connection; a call in flight is settled by the engine."""
        self._patience.cancel()
        self._ready = False
        if self._task is not None:
            self._task.cancel()

    def _resolve(self, event: ParsedEvent) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(event)

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._drain()
        except asyncio.CancelledError:
            raise
        except EvkitError as error:
            log.warning("commands_postponed", extra={"cause": str(error)})
        except Exception:
            log.exception("command_pump_failed", extra={"identity": self._connection.link.identity})

    async def _drain(self) -> None:
        claim = await self._turn()
        while claim:
            claim = await self._turn(claim, await self._exchange(claim))

    async def _turn(self, claim: Claim | None = None, answer: Answer | None = None) -> Claim | None:
        """Hand in what came back, if anything, and return what is to be sent next."""
        link = self._connection.link
        turn = Turn(link.charge_point_id, link.token, claim.call_id if claim else None, answer)
        return await self._engine.intake.run_together(self._engine.take_turns, turn, identity=link.identity)

    async def _exchange(self, claim: Claim) -> Answer:
        session, connection = self._connection.session, self._connection
        self._answer = asyncio.get_running_loop().create_future()
        text = session.call(
            claim.message_id, claim.action, encode(claim.payload), time.monotonic(), claim.timeout_s
        )
        connection.log_sent(mask_frame(text), message_id=claim.message_id, action=claim.action)
        await connection.send_text(text)
        try:
            async with asyncio.timeout(claim.timeout_s):
                event = await self._answer
        except TimeoutError:
            session.expire(time.monotonic() + claim.timeout_s)
            return Answer(request=claim.payload)
        return self._read(claim, event)

    def _read(self, claim: Claim, event: ParsedEvent) -> Answer:
        if isinstance(event, ErrorReceived | Rejected):
            return Answer(request=claim.payload, error_code=event.code, error_description=event.description)
        try:
            validated = validate_result(self._connection.link.version, claim.action, event.payload)
        except PayloadError as error:
            return Answer(request=claim.payload, error_code=error.code, error_description=error.description)
        payload: Any = msgspec.json.decode(event.payload)
        return Answer(request=claim.payload, message=validated.message, payload=payload)
