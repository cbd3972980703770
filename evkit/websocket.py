"""uvicorn's WebSocket protocol with a short way for the usual frame."""

from __future__ import annotations

from ssl import DER_cert_to_PEM_cert
from struct import Struct
from time import thread_time
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, apply_mask  # type: ignore[attr-defined]  # the compiled one, if there is one
from websockets.protocol import OPEN

from chargers.ocpp.short_way import EXTENSION

if TYPE_CHECKING:
    from asyncio import Task, TimerHandle
    from collections.abc import Callable
    from ssl import SSLObject

    from uvicorn._types import ASGIReceiveEvent, ASGISendEvent

LINGER_S = 2.0
MESSAGES_AHEAD = 4
MAX_FRAGMENTS = 4096
MESSAGE_TOO_BIG = 1009

LONG_TURN_S = 0.005
"""A peer whose data takes more CPU time than this at once is not read for a while: others come first."""

REST_PER_TURN = 4
"""So many times what its data took a peer rests: a flood gets a fifth of the event loop at most."""

_FINAL_TEXT = 0x81
_MASKED = 0x80
_SHORT = 126
_MEDIUM = 127
_medium = Struct("!BBH")


def unmasked_text(data: bytes) -> bytes | None:
    """Return the payload if `data` is exactly one whole masked text frame below 64 KiB (RFC 6455 §5.2)."""
    if len(data) < 6 or data[0] != _FINAL_TEXT or not data[1] & _MASKED:
        return None
    length, start = data[1] & 0x7F, 6
    if length == _SHORT:
        length, start = int.from_bytes(data[2:4], "big"), 8
    elif length == _MEDIUM:
        return None
    if len(data) != start + length:
        return None
    payload: bytes = apply_mask(data[start:], data[start - 4 : start])
    return payload


def text_frame(payload: bytes) -> bytes | None:
    """Return a server's text frame, None for a payload of 64 KiB and more."""
    length = len(payload)
    if length < _SHORT:
        return bytes((_FINAL_TEXT, length)) + payload
    if length < 0x10000:
        return _medium.pack(_FINAL_TEXT, _SHORT, length) + payload
    return None


def tls_extension(secured: SSLObject) -> dict[str, Any]:
    """Return ASGI's extension "tls" of a connection (ASGI TLS extension, version 0.2).

    The certificate of the client, if it gave one, was verified and its key proved in the TLS handshake.
    """
    der = secured.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [DER_cert_to_PEM_cert(der)] if der else [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": None,
        "cipher_suite": None,
    }


class PatientWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with some changes.

    A chunk of data that is exactly one whole text frame, which is what charge points send, is not put
    through the general parser; nor is a text that goes out. An application that sets `on_text` is called
    with such a text and may take it on the spot. Everything else takes the usual way.

    It pauses reading only when several messages wait, not after every single one: a charge point that
    awaits its answers is never paused, which saves two system calls per message.

    It lets the peer read why it is thrown out: closing a socket that still has unread data resets it,
    and the close frame (1009: too big) is lost on the way. What arrives after the violation is read and
    dropped for a moment instead.

    A socket that the application has left is cut off after a while: closing alone would wait for a peer
    that never reads what was sent to it. A refused handshake counts as answered, not as an error, and a
    message in ever more empty fragments ends like one that is too big.

    A peer that keeps the event loop busy, with a flood of pings for instance, is read with rests.
    """

    on_text: Callable[[str], bool] | None = None
    _deaf = False
    _cut_timer: TimerHandle | None = None
    _rest: TimerHandle | None = None

    async def run_asgi(self) -> None:
        """Offer the application the door to this protocol's own callbacks, and what TLS says of the peer."""
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = self
        secured = self.transport.get_extra_info("ssl_object")
        if secured is not None:
            extensions["tls"] = tls_extension(secured)
        await super().run_asgi()

    def on_task_complete(self, task: Task[None]) -> None:
        """Give the peer time to end the connection, then cut it off."""
        super().on_task_complete(task)
        if not self.disconnected:
            patience = self.close_timeout + LINGER_S
            self._cut_timer = self.loop.call_later(patience, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection: nothing is left to cut off."""
        super().connection_lost(exc)
        for timer in (self._cut_timer, self._rest):
            if timer is not None:
                timer.cancel()

    def handle_cont(self, event: Frame) -> None:
        """Take a fragment of a message; refuse a message of too many."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self._deaf:
            self.conn.send_close(MESSAGE_TOO_BIG)
            self.handle_parser_exception()

    @property
    def _in_plain_course(self) -> bool:
        """Whether the connection is open, uncompressed, and between two messages."""
        conn = self.conn
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and conn.state is OPEN
            and not conn.extensions
        )

    def data_received(self, data: bytes) -> None:
        """Handle `data`, unless the peer has already been told that the connection is over."""
        if self._deaf:
            return
        if self._in_plain_course and self.conn.current_size is None and not self.conn.reader.buffer:
            payload = unmasked_text(data)
            if payload is not None and payload.isascii():
                if self.on_text and self.queue.empty() and self.on_text(payload.decode()):
                    return
                self.curr_msg_data_type = "text"
                self.frames = [payload]
                self.send_receive_event_to_app()
                return
        began = thread_time()
        super().data_received(data)
        self._rest_after(thread_time() - began)

    def _rest_after(self, turn_s: float) -> None:
        if turn_s > LONG_TURN_S and self._rest is None and not self.disconnected:
            self.transport.pause_reading()
            self._rest = self.loop.call_later(turn_s * REST_PER_TURN, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._read_on()

    def _read_on(self) -> None:
        if not self.read_paused and self._rest is None and self.writable.is_set():
            self.transport.resume_reading()

    def send_receive_event_to_app(self) -> None:
        """Queue a message for the application; pause reading when too many wait."""
        paused = self.read_paused
        self.read_paused = True
        super().send_receive_event_to_app()
        self.read_paused = paused or self.queue.qsize() >= MESSAGES_AHEAD
        if self.read_paused and not paused:
            self.transport.pause_reading()

    def pause_writing(self) -> None:
        """Read nothing more from a peer that does not read: pongs, too, would pile up in our memory."""
        super().pause_writing()
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on, unless messages wait."""
        super().resume_writing()
        self._read_on()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next message; reading goes on once none waits, or later."""
        event = await super().receive()
        if (self._rest is not None or not self.writable.is_set()) and not self.disconnected:
            self.transport.pause_reading()
        return event

    def write_text(self, text: str) -> bool:
        """Send a text at once; False if it has to take the usual way."""
        if not (self._in_plain_course and self.writable.is_set()):
            return False
        frame = text_frame(text.encode())
        if frame is not None:
            self.transport.write(frame)
        return frame is not None

    async def send(self, message: ASGISendEvent) -> None:
        """Send what the application says."""
        if message["type"] == "websocket.send":
            text = message.get("text")
            if text is not None and self.write_text(text):
                return
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def handle_parser_exception(self) -> None:
        """Send the close frame and end the connection once the peer had time to read it."""
        close = self.conn.close_sent
        self._deaf = True
        self.close_sent = True
        self.queue.put_nowait(
            {"type": "websocket.disconnect", "code": close.code if close else 1006, "reason": ""}
        )
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_S, self.transport.close)
