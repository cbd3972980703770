"""WebSocket handshakes written by hand, so that they may be as odd as those of real charge points."""

from __future__ import annotations

import base64
import socket
from dataclasses import dataclass, field

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@dataclass
class Handshake:
    """One upgrade request; `headers` None drops the `Connection` header."""

    target: str
    subprotocols: str | None = "ocpp1.6"
    authorization: bytes | None = None
    connection: str | None = "Upgrade"
    extra: dict[str, str] = field(default_factory=dict)

    def request(self) -> bytes:
        lines = [f"GET {self.target} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket"]
        if self.connection is not None:
            lines.append(f"Connection: {self.connection}")
        lines += [f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13"]
        if self.subprotocols is not None:
            lines.append(f"Sec-WebSocket-Protocol: {self.subprotocols}")
        lines += [f"{name}: {value}" for name, value in self.extra.items()]
        head = "\r\n".join(lines).encode()
        if self.authorization is not None:
            head += b"\r\nAuthorization: Basic " + base64.b64encode(self.authorization)
        return head + b"\r\n\r\n"


@dataclass
class Reply:
    """The status and headers (lower-case names) that came back; `socket` stays open."""

    status: int
    headers: dict[str, str]
    socket: socket.socket
    rest: bytes = b""

    def close(self) -> None:
        self.socket.close()

    def send_text(self, payload: bytes) -> None:
        head = bytes([0x81]) + _length(len(payload)) + b"\0\0\0\0"
        self.socket.sendall(head + payload)

    def receive(self) -> tuple[int, bytes]:
        """Return opcode and payload of the next frame; (8, b"") when the peer is gone."""
        try:
            head = self._read(2)
            length = head[1] & 0x7F
            if length == 126:
                length = int.from_bytes(self._read(2), "big")
            elif length == 127:
                length = int.from_bytes(self._read(8), "big")
            return head[0] & 0x0F, self._read(length)
        except ConnectionError:
            return 8, b""

    def _read(self, count: int) -> bytes:
        while len(self.rest) < count:
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError
            self.rest += data
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken


def _length(length: int) -> bytes:
    if length < 126:
        return bytes([0x80 | length])
    if length < 65536:
        return bytes([0x80 | 126]) + length.to_bytes(2, "big")
    return bytes([0x80 | 127]) + length.to_bytes(8, "big")


def shake(port: int, handshake: Handshake, *, receive_buffer: int | None = None) -> Reply:
    """Send `handshake` and return what came back; `receive_buffer` limits what waits unread, in bytes."""
    connection = socket.socket()
    connection.settimeout(10)
    if receive_buffer is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.connect(("127.0.0.1", port))
    connection.sendall(handshake.request())
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(65536)
        if not data:
            break
        received += data
    head, _, rest = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Reply(int(lines[0].split()[1]), headers, connection, rest)
