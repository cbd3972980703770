"""The address where charge points fetch firmware and leave their files: `/files/<token>/<name>`.

A token is good for one job, in one direction, for a limited time; whatever is wrong with it is the same
404. It runs beside Django's pages and takes none of their places: a slow charge point delays nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from channels.db import database_sync_to_async

from chargers.files.multipart import MalformedMultipartError, MultipartFile, boundary_of
from chargers.files.ranges import UnsatisfiableRangeError, read_range
from chargers.files.uploads import PATIENCE_S, BrokenUploadError, Receive, TooBigError, save_body
from chargers.services.files import MAX_BYTES, Address, find_address, receive
from evkit.core.clock import utc_now

PREFIX: Final = "/files/"
CHUNK_BYTES: Final = 1 << 18
MAX_TRANSFERS: Final = 64
RETRY_AFTER_S: Final = 60
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Headers = Mapping[str, str]

log = logging.getLogger(__name__)


class FileEndpoint:
    """The ASGI application; uploads lie in `incoming` until they are complete.

    More than `MAX_TRANSFERS` at once are answered 503, to come again later.
    """

    def __init__(self, incoming: Path) -> None:
        self._incoming = incoming
        self._transfers = 0

    async def __call__(self, scope: Mapping[str, Any], receive_part: Receive, send: Send) -> None:
        """Serve one request."""
        if self._transfers >= MAX_TRANSFERS:
            await _answer(send, 503, {"retry-after": str(RETRY_AFTER_S)})
            return
        self._transfers += 1
        try:
            await self._serve(scope, receive_part, send)
        finally:
            self._transfers -= 1

    async def _serve(self, scope: Mapping[str, Any], receive_part: Receive, send: Send) -> None:
        token, _, name = scope["path"].removeprefix(PREFIX).partition("/")
        address = await database_sync_to_async(find_address)(token=token, now=utc_now())
        method = scope["method"]
        allowed = {"GET", "HEAD"} if address and address.download else {"PUT", "POST"}
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if address is None:
            await _answer(send, 404)
        elif method not in allowed:
            await _answer(send, 405, {"allow": ", ".join(sorted(allowed))})
        elif address.download:
            await _download(send, address, name, headers, body=method == "GET")
        else:
            await self._upload(send, address, name, headers, receive_part)

    async def _upload(
        self, send: Send, address: Address, name: str, headers: Headers, receive_part: Receive
    ) -> None:
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MAX_BYTES:
            await _answer(send, 413)
            return
        try:
            boundary = boundary_of(headers.get("content-type", ""))
            part = MultipartFile(boundary) if boundary else None
            received = await save_body(receive_part, self._incoming, part, name)
        except MalformedMultipartError:
            await _answer(send, 400)
        except TooBigError:
            await _answer(send, 413)
        except BrokenUploadError:
            log.info("upload_broken", extra={"job_id": address.job_id})
            await _answer(send, 400)
        else:
            try:
                kept = await database_sync_to_async(receive)(
                    job_id=address.job_id, received=received, now=utc_now()
                )
            finally:
                received.temporary.unlink(missing_ok=True)
            await _answer(send, 201 if kept else 409)


async def _download(send: Send, address: Address, name: str, headers: Headers, *, body: bool) -> None:
    try:
        file = await asyncio.to_thread(address.path.open, "rb")
    except FileNotFoundError:
        await _answer(send, 404)
        return
    with file:
        size = address.path.stat().st_size
        try:
            wanted = read_range(headers.get("range", ""), size)
        except UnsatisfiableRangeError:
            await _answer(send, 416, {"content-range": f"bytes */{size}"})
            return
        start, length = wanted or (0, size)
        extra = {
            "content-type": "application/octet-stream",
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "accept-ranges": "bytes",
            "content-length": str(length),
        }
        if wanted:
            extra["content-range"] = f"bytes {start}-{start + length - 1}/{size}"
        await _begin(send, 206 if wanted else 200, extra)
        file.seek(start)
        left = length if body else 0
        while left and (chunk := await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))):
            left -= len(chunk)
            part = {"type": "http.response.body", "body": chunk, "more_body": True}
            await asyncio.wait_for(send(part), PATIENCE_S)
        await send({"type": "http.response.body", "body": b""})


async def _answer(send: Send, status: int, extra: Mapping[str, str] | None = None) -> None:
    await _begin(send, status, {"content-length": "0", **(extra or {})})
    await send({"type": "http.response.body", "body": b""})


async def _begin(send: Send, status: int, extra: Mapping[str, str]) -> None:
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-store", **extra}
    lines = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": lines})
