"""Values as the databases take them for parameters: lists for SQLite, array literals for PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from evkit.core.fields import pack_numbers

Value = None | bool | int | float | str | datetime | UUID | Sequence[float]
Row = Sequence[Value]

_encode = msgspec.json.Encoder().encode
_NUMERIC = frozenset({"bigint", "int4", "int2", "smallint", "float8"})


def _sqlite_time(value: datetime) -> str:
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(" ")


_SQLITE: dict[str, Callable[[Any], Any]] = {
    "timestamptz": _sqlite_time,
    "uuid": lambda value: value.hex,
    "float8[]": pack_numbers,
    "jsonb": json.dumps,
}


def sqlite_rows(types: Sequence[str], rows: Iterable[Row]) -> list[list[Any]]:
    """Return `rows` as SQLite stores them; `types` names the PostgreSQL type of each column."""
    converters = [(index, _SQLITE[name]) for index, name in enumerate(types) if name in _SQLITE]
    converted = []
    for row in rows:
        values: list[Any] = list(row)
        for index, convert in converters:
            if values[index] is not None:
                values[index] = convert(values[index])
        converted.append(values)
    return converted


def array_literal(type_: str, values: Iterable[Value]) -> str:
    """Return PostgreSQL's text form of an array of `type_`."""
    listed = list(values)
    if type_ in _NUMERIC:
        encoded = _encode(listed)
        if encoded.count(b"null") == listed.count(None):  # JSON has no infinity and writes null instead
            return "{" + encoded[1:-1].decode() + "}"
    return "{" + ",".join([_array_text(value) for value in listed]) + "}"


def _array_text(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, datetime):
        return '"' + value.isoformat() + '"'
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
