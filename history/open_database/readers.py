"""Roles of PostgreSQL that read the views and nothing else."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _
from psycopg import sql

from evkit.core.errors import InvalidInputError
from history.open_database.shape import POSTGRESQL

NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}\Z")
CONNECTIONS: Final = 20
TIMES: Final = {"statement_timeout": "10min", "idle_in_transaction_session_timeout": "5min"}
"""A reader that hangs holds nobody up: partitions are made and dropped under an exclusive lock."""


class UnableToSetUpReaderError(InvalidInputError):
    """There can be no such role."""

    code = "reader_refused"


@dataclass(frozen=True, slots=True)
class Reader:
    """How to log in; the password is stored nowhere."""

    name: str
    password: str
    database: str
    host: str
    port: int
    may_create: bool


@transaction.atomic
def set_up_reader(connection: BaseDatabaseWrapper, name: str, views: Sequence[str]) -> Reader:
    """Make a role that reads the views, or give one that was made here a new password.

    Raises:
        UnableToSetUpReaderError: the name cannot be used, or belongs to a role that was not made here.
        django.db.ProgrammingError: the user of the database may not make roles.
    """
    if not NAME.match(name):
        raise UnableToSetUpReaderError(_("Give a name of small letters, digits and underscores."))
    ours = readers_of(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        known = cursor.fetchone() is not None
        if known and name not in ours:
            raise UnableToSetUpReaderError(
                _("There is a role %(name)s already that was not made by this command.") % {"name": name}
            )
        password = secrets.token_urlsafe(24)
        raw: Any = connection.connection
        verifier = raw.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
        way = "ALTER" if known else "CREATE"
        role = sql.Identifier(name)
        _run(cursor, f"{way} ROLE {{}} LOGIN CONNECTION LIMIT {CONNECTIONS} PASSWORD {{}}",
             role, sql.Literal(verifier))  # fmt: skip
        _run(cursor, "COMMENT ON ROLE {} IS {}", role, sql.Literal(_mark(connection)))
        _run(cursor, "ALTER ROLE {} SET default_transaction_read_only = on", role)
        for setting, value in TIMES.items():
            _run(cursor, f"ALTER ROLE {{}} SET {setting} = '{value}'", role)
        _run(cursor, "GRANT CONNECT ON DATABASE {} TO {}", sql.Identifier(_database(connection)), role)
        schema = _schema(cursor)
        _run(cursor, "GRANT USAGE ON SCHEMA {} TO {}", sql.Identifier(schema), role)
        grant_all(connection, views)
        cursor.execute("SELECT has_schema_privilege(%s, %s, 'CREATE')", [name, schema])
        may_create = bool(cursor.fetchone()[0])
    info = raw.info
    return Reader(name, password, _database(connection), info.host, info.port, may_create)


@transaction.atomic
def remove_reader(connection: BaseDatabaseWrapper, name: str) -> None:
    """Take away a role that was made here.

    Raises:
        UnableToSetUpReaderError: it was not.
    """
    if name not in readers_of(connection):
        raise UnableToSetUpReaderError(
            _("There is no role %(name)s that was made by this command.") % {"name": name}
        )
    role = sql.Identifier(name)
    with connection.cursor() as cursor:
        schema = sql.Identifier(_schema(cursor))
        _run(cursor, "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", schema, role)
        _run(cursor, "REVOKE ALL ON SCHEMA {} FROM {}", schema, role)
        _run(cursor, "REVOKE ALL ON DATABASE {} FROM {}", sql.Identifier(_database(connection)), role)
        _run(cursor, "DROP OWNED BY {}", role)  # it can make large objects, even read-only before version 16
        _run(cursor, "DROP ROLE {}", role)


def readers_of(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the roles that were made here for this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE shobj_description(oid, 'pg_authid') = %s ORDER BY rolname",
            [_mark(connection)],
        )
        return [row[0] for row in cursor.fetchall()]


def grant_all(connection: BaseDatabaseWrapper, views: Sequence[str]) -> None:
    """Let every reader read the views, which were made anew."""
    if connection.vendor != POSTGRESQL:
        return
    with connection.cursor() as cursor:
        for name in readers_of(connection):
            for view in views:
                _run(cursor, "GRANT SELECT ON {} TO {}", sql.Identifier(view), sql.Identifier(name))


def _run(cursor: Any, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))


def _schema(cursor: Any) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])


def _database(connection: BaseDatabaseWrapper) -> str:
    return str(connection.settings_dict["NAME"])


def _mark(connection: BaseDatabaseWrapper) -> str:
    return f"evkit: reads the report views of {_database(connection)}"
