"""Model fields that every app may use."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


def pack_numbers(numbers: Sequence[float]) -> bytes:
    """Return `numbers` as little-endian doubles, eight bytes each."""
    return struct.pack(f"<{len(numbers)}d", *numbers)


def unpack_numbers(data: bytes | memoryview) -> list[float]:
    """Return the numbers packed by `pack_numbers`."""
    raw = bytes(data)
    return list(struct.unpack(f"<{len(raw) // 8}d", raw))


if TYPE_CHECKING:
    _Field = models.Field[list[float] | None, list[float] | None]
else:
    _Field = models.Field


class NumbersField(_Field):
    """A list of numbers: `double precision[]` on PostgreSQL, packed doubles in a blob on SQLite."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column type of this database."""
        return "double precision[]" if connection.vendor == "postgresql" else "blob"

    def get_db_prep_value(
        self,
        value: Any,
        connection: BaseDatabaseWrapper,
        prepared: bool = False,  # noqa: ARG002, FBT001, FBT002 (Django's signature)
    ) -> Any:
        """Return what the database driver stores."""
        if value is None or connection.vendor == "postgresql":
            return value
        return value if isinstance(value, bytes) else pack_numbers(value)

    def from_db_value(self, value: Any, _expression: object, connection: BaseDatabaseWrapper) -> Any:
        """Return the list of numbers."""
        if value is None or connection.vendor == "postgresql":
            return value
        return unpack_numbers(value)
