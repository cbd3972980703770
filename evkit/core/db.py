"""Set-based writes: many rows in one statement, the same call on PostgreSQL and SQLite.

PostgreSQL gets COPY and `UPDATE ... FROM unnest(...)`, SQLite `executemany`. Rows are tuples of None,
bool, int, float, str, aware datetimes, UUIDs and (PostgreSQL arrays) lists of numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import (
    DEFAULT_DB_ALIAS,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)

from evkit.core.copying import binary_rows
from evkit.core.fields import pack_numbers

Value = None | bool | int | float | str | datetime | UUID | Sequence[float]
Row = Sequence[Value]
_encode = msgspec.json.Encoder().encode
_LIMITS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG})


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its PostgreSQL type, e.g. `Column("power_w", "float8")`."""

    name: str
    type: str


def columns(**types: str) -> tuple[Column, ...]:
    """Return columns from keyword arguments: `columns(power_w="float8")`."""
    return tuple(Column(name, type_) for name, type_ in types.items())


def use_own_connection() -> None:
    """Give the calling thread a connection of its own, outside the pool.

    A writer keeps its connection for life, and after the database was away it reconnects as soon as it
    is back, without the pool's growing pauses.
    """
    pooled = connections[DEFAULT_DB_ALIAS]
    settings = deepcopy(pooled.settings_dict)
    settings["OPTIONS"].pop("pool", None)
    settings["CONN_MAX_AGE"] = None
    connections[DEFAULT_DB_ALIAS] = type(pooled)(settings, DEFAULT_DB_ALIAS)


def is_outage(error: BaseException) -> bool:
    """Tell whether a database error is nobody's fault and may pass: to be tried again, not to be blamed.

    A lost connection, a deadlock, a lock, a full disk. Not: a statement that exceeds a limit of the
    database (PostgreSQL class 54; SQLite's general error), which would fail for ever.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_BUSY) & 0xFF not in _LIMITS
    return not (getattr(cause, "sqlstate", None) or "").startswith("54")


class CollisionError(IntegrityError):
    """A key was there already while inserts were optimistic: do the transaction again without."""


_optimistic: ContextVar[bool] = ContextVar("optimistic", default=False)


@contextmanager
def optimistic_inserts() -> Iterator[None]:
    """Let `insert_new` take for granted that keys are new: no savepoint, CollisionError if they are not."""
    token = _optimistic.set(True)
    try:
        yield
    finally:
        _optimistic.reset(token)


def insert_new(table: str, cols: Sequence[Column], rows: Sequence[Row]) -> None:
    """Insert `rows` into `table`, leaving out those whose key is there already; call inside `atomic`.

    The common case, all new, is one COPY; only after a collision the rows go through a stage table.

    Raises:
        CollisionError: inside `optimistic_inserts`, a key was there already; the transaction is spoilt.
    """
    if not rows:
        return
    if connection.vendor != "postgresql":
        _insert_sqlite(table, cols, rows)
        return
    data = binary_rows([col.type for col in cols], rows)
    if _optimistic.get():
        try:
            _copy(table, cols, data)
        except IntegrityError as error:
            raise CollisionError(str(error)) from error
        return
    try:
        with transaction.atomic():
            _copy(table, cols, data)
    except IntegrityError:
        _copy_through_stage(table, cols, data)


def update_rows(
    table: str,
    cols: Sequence[Column],
    rows: Sequence[Row],
    *,
    while_null: str | None = None,
    skip_locked: bool = False,
) -> None:
    """Update the rows of `table`: the first of `cols` is the key, the others get the new values.

    Rows are locked in key order, so that two writers never wait for each other in a circle.
    `while_null` names a column: rows in which it has a value by now are left alone. With `skip_locked`,
    so are rows that another transaction holds: for facts that are told again soon.
    """
    if not rows:
        return
    key, *others = cols
    if connection.vendor != "postgresql":
        assignments = ", ".join(f'"{col.name}" = %s' for col in others)
        with connection.cursor() as cursor:
            cursor.executemany(
                f'UPDATE "{table}" SET {assignments} WHERE "{key.name}" = %s'
                + (f' AND "{while_null}" IS NULL' if while_null else ""),
                [[_sqlite_value(value) for value in (*row[1:], row[0])] for row in rows],
            )
        return
    ordered = sorted(rows, key=lambda row: row[0])  # type: ignore[arg-type, return-value]  # keys are comparable
    names = ", ".join(f'"{col.name}"' for col in cols)
    arrays = ", ".join(f"%s::{col.type}[]" for col in cols)
    assignments = ", ".join(f'"{col.name}" = v."{col.name}"' for col in others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v ({names}) AS (SELECT * FROM unnest({arrays})), "
            f'locked AS (SELECT t."{key.name}" FROM "{table}" t JOIN v ON v."{key.name}" = t."{key.name}" '
            f'ORDER BY t."{key.name}" FOR UPDATE OF t{" SKIP LOCKED" if skip_locked else ""}) '
            f'UPDATE "{table}" t SET {assignments} FROM v '
            f'WHERE t."{key.name}" = v."{key.name}" AND '
            + (
                f'v."{key.name}" IN (SELECT "{key.name}" FROM locked)'
                if skip_locked
                else "(SELECT count(*) FROM locked) >= 0"
            )
            + (f' AND t."{while_null}" IS NULL' if while_null else ""),
            [
                _array_literal(col.type, values)
                for col, values in zip(cols, zip(*ordered, strict=True), strict=True)
            ],
        )


def read_rows(
    table: str, cols: Sequence[Column], keys: Iterable[int], *, key: str, while_null: str | None = None
) -> list[tuple[Any, ...]]:
    """Return `cols` of the rows of `table` whose integer column `key` is among `keys`.

    Costs a fraction of a query set, for the few reads that every batch needs. `while_null` names a
    column: rows in which it has a value are left out.
    """
    listed = ",".join(map(str, keys))
    names = ", ".join(f'"{col.name}"' for col in cols)
    statement = f'SELECT {names} FROM "{table}" WHERE "{key}" '
    null = f' AND "{while_null}" IS NULL' if while_null else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{statement} = ANY(%s::bigint[]){null}", [f"{{{listed}}}"])
            return list(cursor.fetchall())
        cursor.execute(f"{statement} IN (SELECT value FROM json_each(%s)){null}", [f"[{listed}]"])
        times = [index for index, col in enumerate(cols) if col.type == "timestamptz"]
        return [_with_times(row, times) for row in cursor.fetchall()]


def _with_times(row: Sequence[Any], times: Sequence[int]) -> tuple[Any, ...]:
    """Return a row of SQLite, which knows no zones, with the times at `times` in UTC."""
    values = list(row)
    for index in times:
        if values[index] is not None:
            values[index] = values[index].replace(tzinfo=UTC)
    return tuple(values)


def _copy(table: str, cols: Sequence[Column], data: bytes) -> None:
    names = ", ".join(f'"{col.name}"' for col in cols)
    statement = f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)'
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(data)


def _copy_through_stage(table: str, cols: Sequence[Column], data: bytes) -> None:
    stage = f"{table}_stage"
    names = ", ".join(f'"{col.name}"' for col in cols)
    with connection.cursor() as cursor:
        cursor.execute(
            f'CREATE TEMPORARY TABLE IF NOT EXISTS "{stage}" (LIKE "{table}") ON COMMIT DELETE ROWS'
        )
        cursor.execute(f'TRUNCATE "{stage}"')
    _copy(stage, cols, data)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {names} FROM "{stage}" ON CONFLICT DO NOTHING'
        )


def _insert_sqlite(table: str, cols: Sequence[Column], rows: Sequence[Row]) -> None:
    names = ", ".join(f'"{col.name}"' for col in cols)
    marks = ", ".join(["%s"] * len(cols))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{table}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING',
            [[_sqlite_value(value) for value in row] for row in rows],
        )


def _sqlite_value(value: Value) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, list | tuple):
        return pack_numbers(value)
    return value


_NUMERIC = frozenset({"bigint", "int4", "int2", "smallint", "float8"})


def _array_literal(type_: str, values: Iterable[Value]) -> str:
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
