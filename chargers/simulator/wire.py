"""The WebSocket side of a charge point: connect, reconnect, one call at a time."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import Sequence
from dataclasses import dataclass
from ssl import SSLContext
from typing import Protocol
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from chargers.simulator.calls import CallFailedError, CallRefusedError, OutgoingCall
from chargers.simulator.frames import (
    BadFrameError,
    Call,
    Failure,
    Frame,
    Payload,
    Result,
    decode,
    encode,
)
from chargers.simulator.outbox import Outbox
from chargers.simulator.spec import ChargePointSpec
from chargers.simulator.stats import Counters, History

MAX_FRAME_BYTES = 1 << 20
OPEN_TIMEOUT_S = 20.0


class Peer(Protocol):
    """What the wire needs from the charge point behind it."""

    password: str | None

    def subprotocols(self) -> Sequence[str]:
        """Return the subprotocols to offer."""

    def security(self) -> LinkSecurity:
        """Return how the next connection is to be made."""

    def failed(self, failures: int) -> None:
        """React to a connection that could not be made, so many times in a row."""

    def opened(self) -> None:
        """React to a new connection."""

    def closed(self) -> None:
        """React to the end of a connection."""

    def answer(self, call: Call) -> Payload:
        """Return the answer to a call, or raise `CallRefusedError`."""

    def answer_delay_s(self) -> float | None:
        """Return how long an answer is held back; None: for ever."""

    def retry_delay_s(self, call: OutgoingCall, error: CallFailedError) -> float | None:
        """Return when to repeat a failed durable call; None: give up."""


@dataclass(frozen=True, slots=True)
class LinkSecurity:
    """How a connection is made: endpoint without identity ("": the usual one), TLS, Basic authentication."""

    url: str = ""
    tls: SSLContext | None = None
    basic: bool = True


class Wire:
    """One charge point's connection, kept up until `close`."""

    def __init__(self, peer: Peer, spec: ChargePointSpec, url: str, counters: Counters) -> None:
        self.outbox = Outbox()
        self.sent = History(0)
        self.received = History(0)
        self.counters = counters
        self._peer = peer
        self._spec = spec
        self._url = url
        self._random = random.Random(f"{spec.identity}/{spec.seed}")  # noqa: S311 - not a secret
        self._socket: ClientConnection | None = None
        self._pending: tuple[OutgoingCall, asyncio.Future[None]] | None = None
        self._hold_until_s = 0.0
        self._failures = 0
        self._background: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Tell whether a connection is open."""
        return self._socket is not None

    @property
    def subprotocol(self) -> str | None:
        """Subprotocol that the server chose."""
        return self._socket.subprotocol if self._socket is not None else None

    async def run(self) -> None:
        """Keep connected, with growing pauses after failures, until cancelled."""
        while True:
            await self._wait_for_turn()
            try:
                await self._connect_once()
            except (OSError, TimeoutError, WebSocketException) as error:
                if isinstance(error, OSError | InvalidHandshake | TimeoutError):
                    self._failures += 1
                    self._peer.failed(self._failures)
                self.counters.failed(f"{self._spec.identity}: {error or type(error).__name__}")

    def drop(self, offline_s: float = 0.0) -> None:
        """Cut the connection without a closing handshake; stay away for `offline_s` seconds."""
        self._hold_until_s = asyncio.get_running_loop().time() + offline_s
        if self._socket is not None:
            self._socket.transport.abort()

    async def send_raw(self, text: str) -> None:
        """Send any text.

        Raises:
            CallFailedError: when there is no connection.
        """
        if self._socket is None:
            raise CallFailedError("raw", "ConnectionLost")
        await self._send(self._socket, text)

    def send_soon(self, text: str) -> None:
        """Send any text from a callback; lost when the connection is."""
        if self._socket is not None:
            self._spawn_send(self._socket, text)

    async def aclose(self) -> None:
        """Close the connection properly."""
        if self._socket is not None:
            await self._socket.close()

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        pause = 0.0
        if self._failures:
            pause = self._spec.reconnect_s * 2 ** min(self._failures - 1, 10)
            pause = min(pause, self._spec.reconnect_max_s) * self._random.uniform(0.5, 1.0)
        await asyncio.sleep(max(pause, self._hold_until_s - loop.time()))

    async def _connect_once(self) -> None:
        security = self._peer.security()
        async with connect(
            self._address(security),
            subprotocols=[Subprotocol(name) for name in self._peer.subprotocols()] or None,
            additional_headers=self._headers() if security.basic else {},
            ssl=security.tls,
            user_agent_header=None,
            compression=None,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=2,
            proxy=None,
        ) as socket:
            self._failures = 0
            await self._serve(socket)
        # A server that hangs up at once must not be hammered.
        self._hold_until_s = max(
            self._hold_until_s, asyncio.get_running_loop().time() + self._spec.reconnect_s
        )

    async def _serve(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.counters.connected += 1
        self.counters.connections += 1
        sender = asyncio.create_task(self._send_loop(socket))

        def abort(_: object) -> None:
            socket.transport.abort()

        sender.add_done_callback(abort)
        self._peer.opened()
        try:
            async for text in socket:
                await self._receive(socket, text)
        except ConnectionClosed:
            pass
        finally:
            sender.remove_done_callback(abort)
            sender.cancel()
            self._socket = None
            self.counters.connected -= 1
            self.outbox.connection_lost()
            self._peer.closed()
            await asyncio.gather(sender, return_exceptions=True)

    async def _send_loop(self, socket: ClientConnection) -> None:
        while True:
            call = await self.outbox.next()
            try:
                await self._exchange(socket, call)
            except (ConnectionClosed, asyncio.CancelledError):
                if not call.durable:
                    call.fail(CallFailedError(call.action, "ConnectionLost"))
                raise

    async def _exchange(self, socket: ClientConnection, call: OutgoingCall) -> None:
        """Send a call and wait until `_take_answer` has settled it, or time is up."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending = (call, future)
        try:
            await self._send(socket, encode(Call(call.message_id, call.action, call.payload())))
            async with asyncio.timeout(self._spec.call_timeout_s):
                await future
        except TimeoutError:
            if future.cancelled():  # otherwise the answer came in the same moment
                self._settle(call, Failure(call.message_id, "Timeout"))
        finally:
            self._pending = None

    def _settle(self, call: OutgoingCall, answer: Result | Failure) -> None:
        if isinstance(answer, Result):
            self.outbox.done(call)
            self._succeed(call, answer.payload)
            return
        error = CallFailedError(call.action, answer.code, answer.description)
        self.counters.failed(f"{self._spec.identity}: {error}")
        delay = self._peer.retry_delay_s(call, error) if call.durable else None
        if delay is None:
            self.outbox.done(call)
            call.fail(error)
        else:
            call.not_before_s = asyncio.get_running_loop().time() + delay

    def _succeed(self, call: OutgoingCall, payload: Payload) -> None:
        try:
            call.succeed(payload)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            failure = CallFailedError(call.action, "BadAnswer", repr(error))
            self.counters.failed(f"{self._spec.identity}: {failure}")
            call.fail(failure)

    async def _receive(self, socket: ClientConnection, text: str | bytes) -> None:
        self.counters.received += 1
        self.received.add(text if isinstance(text, str) else text.decode(errors="replace"))
        try:
            frame = decode(text)
        except BadFrameError as error:
            self.counters.failed(f"{self._spec.identity}: {error}")
            return
        if not isinstance(frame, Call):
            self._take_answer(frame)
            return
        delay = self._peer.answer_delay_s()
        if delay is None:
            return
        answer = encode(self._answer(frame))
        if delay:
            asyncio.get_running_loop().call_later(delay, self.send_soon, answer)
        else:
            await self._send(socket, answer)

    def _take_answer(self, answer: Result | Failure) -> None:
        """Settle the call at once: what the answer changes must hold for the very next frame."""
        if self._pending is None or self._pending[0].message_id != answer.message_id:
            return
        call, future = self._pending
        if not future.done():
            self._settle(call, answer)
            future.set_result(None)

    def _answer(self, call: Call) -> Frame:
        try:
            return Result(call.message_id, self._peer.answer(call))
        except CallRefusedError as error:
            return Failure(call.message_id, error.code, error.description)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            return Failure(call.message_id, "FormationViolation", f"{call.action}: {error!r}")

    async def _send(self, socket: ClientConnection, text: str) -> None:
        self.counters.sent += 1
        self.sent.add(text)
        await socket.send(text)

    def _spawn_send(self, socket: ClientConnection, text: str) -> None:
        async def send() -> None:
            try:
                await self._send(socket, text)
            except ConnectionClosed:
                return

        task = asyncio.create_task(send())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _address(self, security: LinkSecurity) -> str:
        return (security.url or self._url).rstrip("/") + "/" + quote(self._spec.identity, safe="")

    def _headers(self) -> dict[str, str]:
        if self._peer.password is None:
            return {}
        secret = f"{self._spec.identity}:{self._peer.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(secret).decode()}
