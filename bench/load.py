"""A light WebSocket load client: the same for every server that is measured.

Written on bare asyncio protocols so that the client costs as little as possible of the machine that it
shares with the server. Its frames are masked with the key zero, which leaves the payload as it is.
"""

from __future__ import annotations

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MakeFrame = Callable[[int], bytes]


@dataclass(slots=True)
class Measured:
    """What a load run saw: answers, seconds, and the time of every answer in s."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return len(self.latencies_s) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """Return the latency in ms below which `share` (0..1) of the answers lie."""
        ordered = sorted(self.latencies_s)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


def text_frame(payload: bytes) -> bytes:
    """Return a masked WebSocket text frame (RFC 6455 §5.2) with a zero key."""
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", 0x81, 0x80 | length)
    elif length < 65536:
        head = struct.pack("!BBH", 0x81, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", 0x81, 0x80 | 127, length)
    return head + b"\0\0\0\0" + payload


class Client(asyncio.Protocol):
    """One charge point: opens, then calls `on_message` for every text frame."""

    def __init__(self, host: str, path: str) -> None:
        self._host, self._path = host, path
        self._buffer = b""
        self._upgraded = False
        self.transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_message: Callable[[bytes], None] = lambda _payload: None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Split frames; control frames are passed over (pings are not answered)."""
        self._buffer += data
        if not self._upgraded:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self._fail(ConnectionError(head[:100].decode("latin-1")))
                return
            self._upgraded, self._buffer = True, rest
            if not self.opened.done():
                self.opened.set_result(None)
        while (parsed := _next_frame(self._buffer)) is not None:
            opcode, payload, self._buffer = parsed
            if opcode == 1:
                self.on_message(payload)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._fail(exc or ConnectionError("closed"))

    def send(self, payload: bytes) -> None:
        """Send one text frame."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(text_frame(payload))

    def close(self) -> None:
        """Drop the connection."""
        if self.transport is not None:
            self.transport.abort()

    def _fail(self, error: Exception) -> None:
        if not self.opened.done():
            self.opened.set_exception(error)


def _next_frame(buffer: bytes) -> tuple[int, bytes, bytes] | None:
    if len(buffer) < 2:
        return None
    length, start = buffer[1] & 0x7F, 2
    if length == 126:
        if len(buffer) < 4:
            return None
        length, start = struct.unpack_from("!H", buffer, 2)[0], 4
    elif length == 127:
        if len(buffer) < 10:
            return None
        length, start = struct.unpack_from("!Q", buffer, 2)[0], 10
    end = start + length
    if len(buffer) < end:
        return None
    return buffer[0] & 0x0F, buffer[start:end], buffer[end:]


async def connect(port: int, path: str, *, timeout_s: float = 60.0) -> Client:
    """Open one connection."""
    loop = asyncio.get_running_loop()
    _transport, client = await loop.create_connection(lambda: Client("127.0.0.1", path), "127.0.0.1", port)
    async with asyncio.timeout(timeout_s):
        await client.opened
    return client


async def connect_many(port: int, paths: list[str], *, at_once: int = 100) -> list[Client]:
    """Open a connection per path, `at_once` at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(path: str) -> Client:
        async with gate:
            return await connect(port, path)

    return await asyncio.gather(*(one(path) for path in paths))


async def closed_loop(
    clients: list[Client], make: MakeFrame, *, seconds: float, warm_up_s: float
) -> Measured:
    """Let every client send, await its answer and send again; measure after the warm-up."""
    measured = Measured()
    state = {"number": 0, "measuring": False, "running": True}

    def drive(client: Client) -> None:
        sent_at = 0.0

        def send() -> None:
            nonlocal sent_at
            state["number"] += 1
            sent_at = time.perf_counter()
            client.send(make(state["number"]))

        def on_message(_payload: bytes) -> None:
            if state["measuring"]:
                measured.latencies_s.append(time.perf_counter() - sent_at)
            if state["running"]:
                send()

        client.on_message = on_message
        send()

    for client in clients:
        drive(client)
    await asyncio.sleep(warm_up_s)
    state["measuring"] = True
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    state["measuring"] = False
    measured.seconds = time.perf_counter() - started
    state["running"] = False
    await asyncio.sleep(0.3)
    return measured
