"""Set-based writes: many rows in one statement, the same call on PostgreSQL and SQLite.

PostgreSQL gets COPY and `UPDATE ... FROM unnest(...)`, SQLite `executemany`. Rows are tuples of None, bool,
int, float, str, aware datetimes, UUIDs and (PostgreSQL arrays) lists of numbers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC
from typing import Any

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
from evkit.core.literals import Row, array_literal, sqlite_rows
from evkit.core.scripts import Script, gathered, gathered_writes, run_gathered

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


@contextmanager
def writes_together() -> Iterator[None]:
    """Send the set-based writes in here together with the commit, while inserts are optimistic on PostgreSQL.

    Call directly inside the outermost `atomic`, and do nothing after it in there.

    Raises:
        CollisionError: a key was there already; the transaction is spoilt.
    """
    if not _optimistic.get() or connection.vendor != "postgresql":
        yield
        return
    try:
        with gathered_writes():
            yield
    except IntegrityError as error:
        raise CollisionError(str(error)) from error


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
    script = gathered()
    if script is not None:
        script.add_copy(_copy_statement(table, cols), data)
        return
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
                sqlite_rows([col.type for col in (*others, key)], [(*row[1:], row[0]) for row in rows]),
            )
        return
    ordered = sorted(rows, key=lambda row: row[0])  # type: ignore[arg-type, return-value]  # keys are comparable
    names = ", ".join(f'"{col.name}"' for col in cols)
    arrays = ", ".join(f"%s::{col.type}[]" for col in cols)
    assignments = ", ".join(f'"{col.name}" = v."{col.name}"' for col in others)
    statement = (
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
        + (f' AND t."{while_null}" IS NULL' if while_null else "")
    )
    literals = [
        array_literal(col.type, values) for col, values in zip(cols, zip(*ordered, strict=True), strict=True)
    ]
    script = gathered()
    if script is not None:
        script.add(statement, literals)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, literals)


@dataclass(frozen=True, slots=True)
class Read:
    """A read of `cols` of the rows of `table` whose integer column `key` is among `keys`.

    `while_null` names a column: rows in which it has a value are left out.
    """

    table: str
    cols: Sequence[Column]
    keys: Iterable[int]
    key: str
    while_null: str | None = None

    def statement(self, condition: str) -> str:
        """Return the query, with `condition` after the key column."""
        names = ", ".join(f'"{col.name}"' for col in self.cols)
        null = f' AND "{self.while_null}" IS NULL' if self.while_null else ""
        return f'SELECT {names} FROM "{self.table}" WHERE "{self.key}" {condition}{null}'


def read_rows(*reads: Read) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each read; on PostgreSQL all in one round trip.

    Costs a fraction of a query set, for the few reads that every batch needs.
    """
    if connection.vendor != "postgresql":
        return [_read_sqlite(read) for read in reads]
    run_gathered()
    script = Script()
    for read in reads:
        script.add(read.statement(f"= ANY('{{{','.join(map(str, read.keys))}}}'::bigint[])"))
    return script.run()


def _read_sqlite(read: Read) -> list[tuple[Any, ...]]:
    times = [index for index, col in enumerate(read.cols) if col.type == "timestamptz"]
    with connection.cursor() as cursor:
        listed = f"[{','.join(map(str, read.keys))}]"
        cursor.execute(read.statement("IN (SELECT value FROM json_each(%s))"), [listed])
        return [_with_times(row, times) for row in cursor.fetchall()]


def _with_times(row: Sequence[Any], times: Sequence[int]) -> tuple[Any, ...]:
    """Return a row of SQLite, which knows no zones, with the times at `times` in UTC."""
    values = list(row)
    for index in times:
        if values[index] is not None:
            values[index] = values[index].replace(tzinfo=UTC)
    return tuple(values)


def _copy(table: str, cols: Sequence[Column], data: bytes) -> None:
    script = Script()
    script.add_copy(_copy_statement(table, cols), data)
    script.run()


def _copy_statement(table: str, cols: Sequence[Column]) -> str:
    names = ", ".join(f'"{col.name}"' for col in cols)
    return f'COPY "{table}" ({names}) FROM STDIN (FORMAT binary)'


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
            sqlite_rows([col.type for col in cols], rows),
        )
