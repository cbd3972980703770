"""JSON in and out: strict reading, fast writing."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.renderers import BaseRenderer


class JsonRenderer(BaseRenderer):
    """Writes answers as JSON; numbers that JSON does not have become null."""

    media_type = "application/json"

    def render(self, _request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the body of an answer."""
        del response_status
        return msgspec.json.encode(data)


class JsonParser(Parser):
    """Reads bodies: JSON as standardised (no NaN), without what databases cannot store."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body.

        Raises:
            ValueError: it is not JSON, or holds the character NUL.
        """
        if b"\\u0000" in request.body:
            raise ValueError("NUL")
        body: dict[str, Any] = msgspec.json.decode(request.body)
        return body
