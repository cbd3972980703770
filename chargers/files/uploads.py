"""The body of an upload, on its way to the disk with constant memory."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from chargers.files.multipart import MultipartFile
from chargers.services.files import MAX_BYTES, Received

PATIENCE_S: Final = 60.0
BUFFER_BYTES: Final = 1 << 20

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class BrokenUploadError(Exception):
    """The client went away, or kept silent for too long."""


class TooBigError(Exception):
    """More than `MAX_BYTES`."""


async def save_body(receive: Receive, folder: Path, part: MultipartFile | None, name: str) -> Received:
    """Write a body (of a multipart one, its first file) into a file of its own; the caller removes it.

    Raises:
        BrokenUploadError: it did not arrive wholly.
        MalformedMultipartError: it is not the multipart body that it says.
        TooBigError: it is too big.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    path = folder / os.urandom(16).hex()
    sink = _Sink(path)
    try:
        await _pour(receive, sink, part)
    except BaseException:
        sink.close()
        path.unlink(missing_ok=True)
        raise
    await asyncio.to_thread(sink.finish)
    return Received(path, (part.name if part else "") or name, sink.size, sink.digest.hexdigest())


async def _pour(receive: Receive, sink: _Sink, part: MultipartFile | None) -> None:
    more = True
    while more:
        try:
            message = await asyncio.wait_for(receive(), PATIENCE_S)
        except TimeoutError as error:
            raise BrokenUploadError from error
        if message["type"] == "http.disconnect":
            raise BrokenUploadError
        body = message.get("body", b"")
        more = message.get("more_body", False)
        sink.add(part.feed(body) if part else body)
        if sink.size > MAX_BYTES:
            raise TooBigError
        if sink.full:
            await asyncio.to_thread(sink.flush)
    if part and not part.complete:
        raise BrokenUploadError


class _Sink:
    """Collects chunks up to a mebibyte, and writes them off the event loop."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb")
        self._held = bytearray()
        self.size = 0
        self.digest = hashlib.sha256()

    @property
    def full(self) -> bool:
        return len(self._held) >= BUFFER_BYTES

    def add(self, chunk: bytes) -> None:
        self._held += chunk
        self.size += len(chunk)

    def flush(self) -> None:
        self.digest.update(self._held)
        self._file.write(self._held)
        self._held.clear()

    def finish(self) -> None:
        self.flush()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        self._file.close()
