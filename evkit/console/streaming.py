"""Long downloads, sent while they are read."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from evkit.console.tables.export import harmless

CHUNK: Final = 500
CHUNK_BYTES: Final = 1 << 18
Lines = Callable[[Any], str]


def streamed(
    rows: QuerySet[Any, Any], line: Lines, *, name: str, content_type: str, head: str = ""
) -> StreamingHttpResponse:
    """Return the rows (of a model) as a file called `name`, each written by `line`."""
    response = StreamingHttpResponse(_chunks(rows, line, head), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{plain_name(name)}"'
    response["Cache-Control"] = "no-store"
    return response


async def _chunks(rows: QuerySet[Any, Any], line: Lines, head: str) -> AsyncIterator[bytes]:
    waiting = [head] if head else []
    async for row in rows.aiterator(chunk_size=CHUNK):
        waiting.append(line(row))
        if len(waiting) >= CHUNK:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def file_response(path: Path, name: str, content_type: str) -> StreamingHttpResponse:
    """Return a stored file as a download called `name`."""
    response = StreamingHttpResponse(_file_chunks(path), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{plain_name(name)}"'
    response["Content-Length"] = str(path.stat().st_size)
    response["Cache-Control"] = "no-store"
    return response


async def _file_chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def csv_line(values: Iterable[object]) -> str:
    """Return one line of a CSV file (RFC 4180); text that a spreadsheet would compute is made harmless."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([harmless(value) if isinstance(value, str) else value for value in values])
    return buffer.getvalue()


def plain_name(name: str) -> str:
    """Return a file name without what a file system or a header cannot hold."""
    kept: Sequence[str] = [
        char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name
    ]
    return "".join(kept)
