"""Rows in PostgreSQL's binary COPY format (PostgreSQL manual, "COPY", binary format).

Written by hand because it is on the way of every meter value: a row costs a few microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, repeat
from struct import Struct
from typing import Any
from uuid import UUID

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FLOAT8_OID = 701

_length = Struct("!i").pack
_columns = Struct("!h").pack
_int2 = Struct("!ih").pack
_int4 = Struct("!ii").pack
_int8 = Struct("!iq").pack
_float8 = Struct("!id").pack


@lru_cache(maxsize=512)
def _array(size: int) -> Callable[..., bytes]:
    return Struct("!iiiIii" + "id" * size).pack


def _text(value: str) -> bytes:
    data = value.encode()
    return _length(len(data)) + data


def _floats(values: Sequence[float]) -> bytes:
    size = len(values)
    pairs = chain.from_iterable(zip(repeat(8), values, strict=False))
    return _array(size)(20 + 12 * size, 1, 0, _FLOAT8_OID, size, 1, *pairs)


def _time(value: datetime) -> bytes:
    return _int8(8, (value - _EPOCH) // _MICROSECOND)


def _json(value: Any) -> bytes:
    data = json.dumps(value).encode()
    return _length(len(data) + 1) + b"\1" + data


def _uuid(value: UUID) -> bytes:
    return _length(16) + value.bytes


ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "bigint": lambda value: _int8(8, value),
    "int4": lambda value: _int4(4, value),
    "int2": lambda value: _int2(2, value),
    "smallint": lambda value: _int2(2, value),
    "float8": lambda value: _float8(8, value),
    "float8[]": _floats,
    "bool": lambda value: _length(1) + (b"\1" if value else b"\0"),
    "text": _text,
    "jsonb": _json,
    "timestamptz": _time,
    "uuid": _uuid,
}


def binary_rows(types: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return `rows` in binary COPY format; `types` names the PostgreSQL type of each column."""
    encoders = [ENCODERS[name] for name in types]
    count = _columns(len(encoders))
    parts = [_HEADER]
    for row in rows:
        parts.append(count)
        parts += [
            _NULL if value is None else encode(value) for encode, value in zip(encoders, row, strict=True)
        ]
    parts.append(_TRAILER)
    return b"".join(parts)
