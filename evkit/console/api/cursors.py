"""Cursors: the key of the last item of a page, opaque to the caller."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError

Value = str | int | datetime
MAX_INT = 2**63 - 1


def write_cursor(key: Sequence[Value]) -> str:
    """Return the cursor of a key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def read_cursor(cursor: str, *types: type[Value]) -> tuple[Any, ...]:
    """Return the key behind a cursor, one value of each type.

    Raises:
        InvalidInputError: it is not a cursor of such a list.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key: list[object] = msgspec.json.decode(text, type=list)
        return tuple(_typed(value, kind) for value, kind in zip(key, types, strict=True))
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        message = _("This cursor is not of this list; start again without one.")
        raise InvalidInputError(message, field="cursor") from error


def _typed(value: object, kind: type[Value]) -> Value:
    converted: Value = msgspec.convert(value, kind)
    if isinstance(converted, int) and abs(converted) > MAX_INT:
        raise ValueError(converted)
    if isinstance(converted, datetime) and (converted.tzinfo is None or converted.year < 1970):
        raise ValueError(converted)
    if isinstance(converted, str) and "\x00" in converted:
        raise ValueError(converted)
    return converted
