"""Lookups for large sets of keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignObject, Lookup
from django.db.models.sql.compiler import SQLCompiler

if TYPE_CHECKING:
    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup


class AnyOf(_Lookup):
    """`field__any_of=[1, 2, 3]`: like `in` for integers, with one parameter however many there are.

    `in` binds and quotes every key by itself, which costs more than the query when there are hundreds.
    """

    lookup_name = "any_of"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[int]:
        """Return the keys as integers."""
        keys: Iterable[int] = self.rhs
        return [int(key) for key in keys]

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        """Return SQL for PostgreSQL (an array) or SQLite (a JSON array)."""
        left, parameters = self.process_lhs(compiler, connection)
        keys = ",".join(map(str, self.rhs))
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s::bigint[])", (*parameters, f"{{{keys}}}")
        return f"{left} IN (SELECT value FROM json_each(%s))", (*parameters, f"[{keys}]")


def register() -> None:
    """Make the lookups known to all fields, foreign keys included."""
    Field.register_lookup(AnyOf)
    ForeignObject.register_lookup(AnyOf)
