"""A small HTTP/1.1 client that keeps its connection: the benchmarks' browser."""

from __future__ import annotations

import asyncio
import gzip
import time
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` as transferred, `seconds` from the request to its last byte."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def raw(self) -> bytes:
        """The body as it was before compression."""
        return gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body


class HttpClient:
    """One connection to a server; requests go one after the other.

    Args:
        port: of the server on this machine.
        cookie: the value of the Cookie header.
    """

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> Answer:
        """Fetch a path; header names are written with underscores."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}:{self._port}", f"Cookie: {self._cookie}"]
        lines += ["Accept-Encoding: gzip, br", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
        began = time.perf_counter()
        reader, writer = await self._connect()
        writer.write("\r\n".join([*lines, "", ""]).encode())
        status, fields = _head(await reader.readuntil(b"\r\n\r\n"))
        body = await _body(reader, fields)
        return Answer(status, fields, body, time.perf_counter() - began)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[1].is_closing() or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(HOST, self._port, limit=1 << 20)
        return self._streams

    def close(self) -> None:
        """Drop the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _head(data: bytes) -> tuple[int, dict[str, str]]:
    first, *rest = data.decode("latin-1").rstrip("\r\n").split("\r\n")
    fields = (line.partition(":") for line in rest)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in fields}


async def _body(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    if fields.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(fields.get("content-length", "0")))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
