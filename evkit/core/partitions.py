"""Tables partitioned by month on PostgreSQL; plain tables elsewhere.

A default partition takes what has no month of its own, so that no row is ever refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import OperationalError, migrations, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.state import ProjectState

MONTHS_AHEAD = 3
LOCK_NOT_AVAILABLE = "55P03"
"""The state in which PostgreSQL gives up waiting for a lock (manual, appendix A)."""


def months_from(day: date, count: int) -> Iterator[date]:
    """Yield the first days of `count` months, from the month of `day` on."""
    index = day.year * 12 + day.month - 1
    for offset in range(count):
        year, month = divmod(index + offset, 12)
        yield date(year, month + 1, 1)


class CreatePartitionedModel(migrations.CreateModel):
    """Creates a model's table, on PostgreSQL partitioned by range of `column` with a default partition.

    Args:
        column: the time column, part of the primary key.
        keywords: those of `CreateModel`.
    """

    def __init__(self, *, column: str, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.column = column

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """Return what writes this operation into a migration file."""
        name, arguments, keywords = super().deconstruct()
        return name, arguments, {**keywords, "column": self.column}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the table and its default partition."""
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.name)
        sql, params = schema_editor.table_sql(model)
        quote = schema_editor.quote_name
        table = model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
        schema_editor.execute(f"{sql} PARTITION BY RANGE ({quote(self.column)})", params or None)
        schema_editor.execute(f"CREATE TABLE {quote(f'{table}_default')} PARTITION OF {quote(table)} DEFAULT")


def create_months(connection: BaseDatabaseWrapper, table: str, today: date) -> None:
    """Create the partitions of `table` for the month of `today` and the next ones, if missing.

    Rows of such a month that went to the default partition meanwhile move to their own.
    """
    if connection.vendor != "postgresql":
        return
    for month in pairwise(months_from(today, MONTHS_AHEAD + 2)):
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _create_missing(cursor, connection.ops.quote_name, table, month)


def create_month(connection: BaseDatabaseWrapper, table: str, day: date, *, patience_s: float) -> None:
    """Create the partition of `table` for the month of `day`, if missing and the table is free soon enough.

    Who wants to write waits as long as this waits for somebody who reads: after `patience_s` it gives up, and
    rows of that month go to the default partition.
    """
    if connection.vendor != "postgresql":
        return
    (month,) = pairwise(months_from(day, 2))
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience_s * 1000:.0f}ms"])
            _create_missing(cursor, connection.ops.quote_name, table, month)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise


def _create_missing(
    cursor: CursorWrapper, quote: Callable[[str], str], table: str, month: tuple[date, date]
) -> None:
    cursor.execute("SELECT to_regclass(%s)", [quote(f"{table}_{month[0]:%Y_%m}")])
    if cursor.fetchone()[0] is None:
        _create_month(cursor, quote, table, month)


def _create_month(
    cursor: CursorWrapper, quote: Callable[[str], str], table: str, month: tuple[date, date]
) -> None:
    parent, name, default = quote(table), quote(f"{table}_{month[0]:%Y_%m}"), quote(f"{table}_default")
    lower, upper = (f"'{day:%Y-%m-%d} 00:00+00'" for day in month)
    cursor.execute(f"LOCK TABLE {parent} IN ACCESS EXCLUSIVE MODE")
    cursor.execute("SELECT pg_get_partkeydef(%s::regclass)", [parent])
    column = cursor.fetchone()[0].removeprefix("RANGE (").removesuffix(")")
    cursor.execute(
        f"CREATE TABLE {name} (LIKE {parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMPRESSION)"
    )
    cursor.execute(
        f"WITH moved AS (DELETE FROM {default} WHERE {column} >= {lower} AND {column} < {upper} RETURNING *) "
        f"INSERT INTO {name} SELECT * FROM moved"
    )
    cursor.execute(f"ALTER TABLE {parent} ATTACH PARTITION {name} FOR VALUES FROM ({lower}) TO ({upper})")


def detach_months(connection: BaseDatabaseWrapper, table: str, before: date) -> None:
    """Take the months before that of `before` out of `table`, each to be archived and dropped on its own."""
    for name, _month in _months_of(connection, table, before, attached=True):
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {quote(table)} DETACH PARTITION {quote(name)}")


def months_of(connection: BaseDatabaseWrapper, table: str) -> list[date]:
    """Return the months that have a partition of `table`, the oldest first; none on SQLite."""
    return [month for _name, month in _months_of(connection, table, date.max, attached=True)]


def detached_months(connection: BaseDatabaseWrapper, table: str, before: date) -> list[tuple[str, date]]:
    """Return name and month of the partitions that were taken out of `table`, the oldest first."""
    return _months_of(connection, table, before, attached=False)


def rows_of_detached(
    connection: BaseDatabaseWrapper, name: str, columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a partition that was taken out, without holding them all."""
    quote = connection.ops.quote_name
    with transaction.atomic(using=connection.alias), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(map(quote, columns))} FROM {quote(name)}")
        while rows := cursor.fetchmany(2000):
            yield from rows


def drop_detached(connection: BaseDatabaseWrapper, name: str) -> None:
    """Drop a partition that was taken out."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")


def _months_of(
    connection: BaseDatabaseWrapper, table: str, before: date, *, attached: bool
) -> list[tuple[str, date]]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relispartition = %s AND relname ~ %s "
            "AND relnamespace = current_schema()::regnamespace ORDER BY relname",
            [attached, f"^{table}_[0-9]{{4}}_[0-9]{{2}}$"],
        )
        names = [name for (name,) in cursor.fetchall()]
    months = [(name, date(int(name[-7:-3]), int(name[-2:]), 1)) for name in names]
    return [(name, month) for name, month in months if month < before.replace(day=1)]
