"""Makes the views, and takes them away while tables change.

Neither database lets a column change that a view reads (SQLite not even the table be renamed), so that the
views are dropped before the first migration that is applied and made anew after the last one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from history.open_database import charges, measured, places
from history.open_database.readers import grant_all
from history.open_database.shape import POSTGRESQL, ReportView

VIEWS: Final = (*places.VIEWS, *charges.VIEWS, *measured.VIEWS)
PREFIX: Final = "report_"


def views_of(vendor: str) -> list[ReportView]:
    """Return the views that a database has."""
    return [view for view in VIEWS if vendor in view.vendors]


def before_migrations(*, using: str, plan: Sequence[Any] = (), **_signal: object) -> None:
    """Take the views away if anything is going to change."""
    if plan:
        _drop(connections[using])


def after_migrations(*, using: str, plan: object = None, **_signal: object) -> None:
    """Make the views where they are missing or not as they are to be; not halfway through migrations."""
    connection = connections[using]
    if plan is None:  # tables were emptied, not migrated
        return
    if _as_wanted(connection) or _halfway(connection):
        return
    with transaction.atomic(using=using):
        _drop(connection)
        with connection.cursor() as cursor:
            for view in views_of(connection.vendor):
                cursor.execute(view.statement(connection.vendor))
                if connection.vendor == POSTGRESQL:
                    cursor.execute(f"COMMENT ON VIEW {view.name} IS '{_mark(view)}'")
        grant_all(connection, [view.name for view in views_of(connection.vendor)])


def _halfway(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _mark(view: ReportView) -> str:
    digest = hashlib.sha256(view.statement(POSTGRESQL).encode()).hexdigest()[:16]
    return f"{view.text.replace(chr(39), '’')} ({digest})"


def _as_wanted(connection: BaseDatabaseWrapper) -> bool:
    wanted = {
        view.name: _mark(view) if connection.vendor == POSTGRESQL else view.statement(connection.vendor)
        for view in views_of(connection.vendor)
    }
    return _present(connection) == wanted


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """Return the views that are there, with what tells whether they are as wanted."""
    if connection.vendor == POSTGRESQL:
        query = (
            "SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class "
            "WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
        )
    else:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name: text for name, text in cursor.fetchall() if name.startswith(PREFIX)}


def _drop(connection: BaseDatabaseWrapper) -> None:
    present = sorted(_present(connection))
    with connection.cursor() as cursor:
        for name in present:
            cursor.execute(f"DROP VIEW {connection.ops.quote_name(name)}")
