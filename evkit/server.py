"""The web server: uvicorn, with small additions that charge points need.

Some charge points forget the `Connection: Upgrade` header of their WebSocket handshake, some put a
whole URL into the request line; both are put right before the handshake is parsed.
"""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
import warnings
from collections.abc import Sequence
from typing import Literal, Protocol

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chargers.ocpp.frames import MAX_FRAME_BYTES
from evkit.websocket import PatientWebSocketProtocol

PING_INTERVAL_S = 45.0
SWITCH_S = 0.001
GC_THRESHOLDS = (20_000, 20, 50)
HEAD_PATIENCE_S = 10.0
"""How long a peer may take to send the head of a request: nobody holds a socket without asking something."""

MAX_HEAD_BYTES = 64 * 1024


class ForgivingHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, forgiving about WebSocket handshakes of charge points.

    It is not forgiving about heads that never end, in time or in size.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await the head of a request."""
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        """Await the rest of the head of another request."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Serve the request: its head is there."""
        self._head_arrived()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Await nothing any more."""
        self._head_arrived()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_PATIENCE_S, self._drop)

    def _head_arrived(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _drop(self) -> None:
        self._head_timer = None
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Parse `data`, after adding what a charge point's handshake lacks."""
        if self._head_timer is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and b"\r\n\r\n" not in data:
                self.transport.abort()
                return
        if data.startswith(b"GET ") and b"\r\n\r\n" in data:
            data = complete_handshake(data)
        super().data_received(data)


def complete_handshake(data: bytes) -> bytes:
    """Return the head of an HTTP request with a missing `Connection: Upgrade` added.

    A request that is no WebSocket handshake, or a complete one, is returned as it is; a whole URL in
    the request line is cut to its path.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    lowered = head.lower()
    if b"\r\nsec-websocket-key:" not in lowered:
        return data
    line, _, headers = head.partition(b"\r\n")
    method, _, target_and_version = line.partition(b" ")
    target, _, version = target_and_version.rpartition(b" ")
    if b"://" in target.split(b"?", 1)[0]:
        try:
            target = httptools.parse_url(target).path or b"/"
        except httptools.HttpParserInvalidURLError:
            return data
    fields = [field for field in headers.split(b"\r\n") if field]
    connection = [field for field in fields if field.lower().startswith(b"connection:")]
    if not any(b"upgrade" in field.lower() for field in connection):
        fields = [field for field in fields if field not in connection]
        fields.append(b"Connection: Upgrade")
    if b"\r\nupgrade:" not in lowered:
        fields.append(b"Upgrade: websocket")
    return b"\r\n".join([b" ".join([method, target, version]), *fields]) + end + rest


def tune_interpreter() -> None:
    """Set the interpreter up for a process that serves many sockets and writes on threads.

    A writer gives the interpreter up a dozen times a batch, whenever it waits for the database; with
    Python's default of 5 ms a busy event loop would make it wait that long each time. What was loaded
    so far stays for ever and need not be looked at by the garbage collector again. WhiteNoise hands out
    static files as synchronous iterators, which is no concern: they are small and on disk.
    """
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class Companion(Protocol):
    """Something that runs while the server listens."""

    def start(self) -> None:
        """Start; the server takes connections already."""

    def stop(self) -> None:
        """Stop; the server still takes connections."""


class Server(uvicorn.Server):
    """uvicorn with companions that live exactly as long as it listens.

    Args:
        config: from `server_config`.
        companions: started in this order, stopped in the opposite one.
    """

    def __init__(self, config: uvicorn.Config, companions: Sequence[Companion] = ()) -> None:
        super().__init__(config)
        self._companions = companions

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then start the companions."""
        await super().startup(sockets)
        tune_interpreter()
        if self.started:
            for companion in self._companions:
                companion.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the companions, then close what is open."""
        for companion in reversed(self._companions):
            await asyncio.to_thread(companion.stop)
        await super().shutdown(sockets)


def server_config(*, host: str, port: int, loop: Literal["uvloop", "asyncio"] = "uvloop") -> uvicorn.Config:
    """Return how uvicorn serves evkit on `host` and `port`.

    Pings go out every 45 s and a missing pong is forgiven: idle limits are the engine's own.
    """
    return uvicorn.Config(
        "evkit.asgi:application",
        host=host,
        port=port,
        loop=loop,
        http=ForgivingHttpProtocol,
        ws=PatientWebSocketProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_INTERVAL_S,
        ws_ping_timeout=None,
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=10,
    )
