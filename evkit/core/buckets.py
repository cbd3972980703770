"""Stretches of time of equal length, counted from 1970 on."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler


class Epoch(Func):
    """The number of the stretch of `bucket_s` seconds, since 1970, in which a time stamp lies."""

    output_field = IntegerField()

    def __init__(self, expression: str | Combinable, *, bucket_s: int) -> None:
        super().__init__(expression)
        self.bucket_s = int(bucket_s)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_context: Any) -> tuple[str, Any]:
        """Return the expression for SQLite."""
        template = f"CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / {self.bucket_s}"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_context: Any) -> tuple[str, Any]:
        """Return the expression for PostgreSQL."""
        template = f"floor(extract(epoch from %(expressions)s) / {self.bucket_s})::bigint"
        return self.as_sql(compiler, connection, template=template)
