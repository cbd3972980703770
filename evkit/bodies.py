"""Bodies of requests to pages: none larger than its page takes is read, let alone kept on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestAborted

from chargers.services.files import MAX_BYTES as FIRMWARE_BYTES
from evkit.console.importing.files import MOST_BYTES as IMPORT_BYTES
from evkit.console.middleware import TOO_LARGE

WRAPPING: Final = 64 * 1024
"""What a form adds to the file in it, and then some."""

UPLOADS: Final[Mapping[str, int]] = {
    "/transactions/import/": IMPORT_BYTES + WRAPPING,
    "/admin/chargers/firmwarefile/add/": FIRMWARE_BYTES + WRAPPING,
}
"""By path the most bytes of a page that takes files; all others take what Django holds in memory."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]


def limit_of(path: str) -> int:
    """Return how many bytes the body of a request may have."""
    return UPLOADS.get(path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or WRAPPING)


class BoundedBodies:
    """ASGI application around the pages that answers 413 in place of a page whose body is too large.

    A length that is told is believed before a byte is read; one that is not (chunked) is counted. The answer
    is made by the pages themselves (`TooLargeMiddleware`), in the language of who asks. What still comes in
    is dropped by the server unread.
    """

    def __init__(self, pages: App) -> None:
        self._pages = pages

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        most = limit_of(scope["path"])
        if _told_length(scope) > most:
            await self._refuse(scope, send)
            return
        counted = 0

        async def receive_and_count() -> Mapping[str, Any]:
            nonlocal counted
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > most:
                raise RequestAborted
            return message

        await self._pages(scope, receive_and_count, send)
        if counted > most:
            await self._refuse(scope, send)

    async def _refuse(self, scope: dict[str, Any], send: Send) -> None:
        given = False

        async def no_body() -> Mapping[str, Any]:
            """Return an empty body, then nothing as long as the answer is made."""
            nonlocal given
            if given:
                await asyncio.Future()
            given = True
            return {"type": "http.request", "body": b"", "more_body": False}

        headers = [(name, value) for name, value in scope["headers"] if name not in _OF_THE_BODY]
        asked = {**scope, "method": "GET", "headers": headers, TOO_LARGE: limit_of(scope["path"])}
        await self._pages(asked, no_body, send)


_OF_THE_BODY: Final = (b"content-length", b"content-type", b"transfer-encoding", b"expect")


def _told_length(scope: Mapping[str, Any]) -> int:
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(told) if told.isdigit() else 0
