"""The first file of a multipart body (RFC 7578), taken out while it streams: pure, with constant memory."""

from __future__ import annotations

import re
from email.message import Message
from typing import Final

MAX_HEAD_BYTES: Final = 16_384
_NAME: Final = re.compile(rb'filename="([^"]*)"', re.IGNORECASE)


class MalformedMultipartError(ValueError):
    """The body is not what its content type says."""


class MultipartFile:
    """Fed with chunks, returns those of the first part that is a file; `complete` once its end was there."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        self._held = b"\r\n"
        self._in_file = False
        self.name = ""
        self.complete = False

    def feed(self, data: bytes) -> bytes:
        """Return what of the file became known with `data`.

        Raises:
            MalformedMultipartError: a part's head is too long.
        """
        self._held += data
        while not self._in_file and not self.complete:
            if not self._next_head():
                return b""
        return self._content()

    def _next_head(self) -> bool:
        start = self._held.find(self._mark)
        end = self._held.find(b"\r\n\r\n", max(start, 0))
        if start < 0 or end < 0:
            if len(self._held) > MAX_HEAD_BYTES:
                raise MalformedMultipartError("no part with a file")
            return False
        found = _NAME.search(self._held, start, end)
        self._held = self._held[end + 4 :] if found else b"\r\n" + self._held[end + 4 :]
        self._in_file = found is not None
        self.name = found[1].decode("utf-8", "replace") if found else ""
        return True

    def _content(self) -> bytes:
        if self.complete:
            self._held = b""
            return b""
        end = self._held.find(self._mark)
        self.complete = end >= 0
        kept = end if self.complete else max(len(self._held) - len(self._mark), 0)
        content, self._held = self._held[:kept], self._held[kept:]
        return content


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary of a multipart content type; None for any other.

    Raises:
        MalformedMultipartError: it is multipart, but names no boundary.
    """
    head = Message()
    head["Content-Type"] = content_type
    if head.get_content_maintype() != "multipart":
        return None
    boundary = head.get_boundary()
    if not boundary or len(boundary) > 200:
        raise MalformedMultipartError("no boundary")
    return boundary.encode("latin-1", "replace")
