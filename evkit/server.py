"""The web server: uvicorn, with small additions that charge points need.

Some charge points forget the `Connection: Upgrade` header of their WebSocket handshake, some put a
whole URL into the request line; both are put right before the handshake is parsed.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import sys
import warnings
from collections.abc import Sequence
from typing import Literal, Protocol

import httptools
import uvicorn
from channels.db import database_sync_to_async
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chargers.ocpp.frames import MAX_FRAME_BYTES
from evkit.core.clock import utc_now
from evkit.tls import TlsServer
from evkit.websocket import PatientWebSocketProtocol

PING_INTERVAL_S = 45.0
SWITCH_S = 0.001
GC_THRESHOLDS = (20_000, 5, 200)
"""The middle figure bounds a pause: 100,000 objects take some 80 ms, 400,000 a quarter of a second."""

HEAD_PATIENCE_S = 10.0
"""How long a peer may take to send the head of a request: nobody holds a socket without asking something."""

LAST_LOOK_S = 0.5
"""How long a peer whose time is over is still read: a loop that stood still runs its timers first."""

MAX_HEAD_BYTES = 64 * 1024
RENEWAL_S = 6 * 3600.0

log = logging.getLogger(__name__)


class ForgivingHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, forgiving about WebSocket handshakes of charge points.

    It is not forgiving about heads that never end, in time or in size. Only the head of a request is ever put
    right, in however many pieces it arrives: a body that looks like one stays as it is, or its length would
    no longer be what the request says, and its end would be taken for the next request.
    """

    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _between = True
    """Whether the next byte begins a request."""

    _held = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Await the head of a request."""
        super().connection_made(transport)
        self._await_head()

    def on_message_begin(self) -> None:
        """Await the rest of the head of another request."""
        super().on_message_begin()
        self._between = False
        self._await_head()

    def on_headers_complete(self) -> None:
        """Serve the request: its head is there."""
        self._head_arrived()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Await another request."""
        super().on_message_complete()
        self._between = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Await nothing any more."""
        self._head_arrived()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(HEAD_PATIENCE_S, self._look_once_more)

    def _look_once_more(self) -> None:
        """Read what waits before dropping the peer: its head may have come while this process stood still."""
        self._head_timer = self.loop.call_later(LAST_LOOK_S, self._drop)

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
        if self._between:
            data = self._whole_head(data)
        if data:
            super().data_received(data)

    def _whole_head(self, data: bytes) -> bytes:
        """Return what was held back of a GET and `data`, put right; nothing while its head goes on."""
        self._held = self._held + data
        if not _begins_a_get(self._held):
            data, self._held = self._held, b""
            return data
        news = max(0, len(self._held) - len(data) - 3)
        if self._held.find(b"\r\n\r\n", news) < 0 and self._held.find(b"\n\n", news) < 0:
            self._unset_keepalive_if_required()
            self._await_head()
            return b""
        data, self._held = self._held, b""
        return complete_handshake(data)


def _begins_a_get(data: bytes) -> bool:
    return data.startswith(b"GET ") or b"GET ".startswith(data)


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
    gc.enable()


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
        tls: of the second listener, on `tls_port`; None for no such listener.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        companions: Sequence[Companion] = (),
        tls: TlsServer | None = None,
        tls_port: int = 0,
    ) -> None:
        super().__init__(config)
        self._companions = companions
        self._tls = tls
        self._tls_port = tls_port
        self._renewal: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then start the companions."""
        await super().startup(sockets)
        if self._tls is not None and self.started:
            await self._listen_with_tls(self._tls)
        tune_interpreter()
        if self.started:
            for companion in self._companions:
                companion.start()

    async def _listen_with_tls(self, tls: TlsServer) -> None:
        """Listen on the second port with the same protocols; a port that is taken ends the process."""
        config = self.config
        try:
            listener = await asyncio.get_running_loop().create_server(
                lambda: ForgivingHttpProtocol(
                    config=config, server_state=self.server_state, app_state=self.lifespan.state
                ),
                host=config.host,
                port=self._tls_port,
                ssl=tls.context,
                ssl_handshake_timeout=HEAD_PATIENCE_S,
                backlog=config.backlog,
            )
        except OSError:
            log.exception("tls_port_not_available", extra={"port": self._tls_port})
            self.started, self.should_exit = False, True
            return
        self.servers.append(listener)
        self._renewal = asyncio.create_task(self._keep_renewed(tls))

    async def _keep_renewed(self, tls: TlsServer) -> None:
        while True:
            await asyncio.sleep(RENEWAL_S)
            try:
                await database_sync_to_async(tls.renew)(now=utc_now())
            except Exception:
                log.exception("tls_certificate_not_renewed")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop the companions, then close what is open."""
        if self._renewal is not None:
            self._renewal.cancel()
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
