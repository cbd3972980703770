"""What one export holds: its rows after the filters, in stretches, and what is told about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict

from evkit.console.exports.description import Export, Field, Scope
from evkit.console.exports.reading import read_beside
from evkit.console.tables.address import ListAddress
from evkit.console.tables.filtering import FilterSet

STRETCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Selection:
    """An export with its filters in force."""

    export: Export
    scope: Scope
    filters: FilterSet
    fields: Sequence[Field]

    @classmethod
    def of(cls, export: Export, scope: Scope, query: str, *, everything: bool) -> Selection:
        """Return the selection that a query string describes; what it does not know is ignored."""
        known = export.filters(scope)
        address = ListAddress(QueryDict(query), [one.name for one in known])
        return cls(export, scope, FilterSet(known, address), export.chosen(everything=everything))

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that pass."""
        rows: QuerySet[Any] = self.filters.apply(self.export.rows(self.scope))
        return rows

    @property
    def words(self) -> list[tuple[str, str]]:
        """The filters in force, in words."""
        return self.filters.in_words

    def at_most(self, limit: int) -> bool:
        """Tell whether there are no more than `limit` rows, without counting further."""
        return not self.rows.order_by()[limit : limit + 1].exists()

    def stretches(self) -> Iterator[list[Any]]:
        """Yield the rows in order, some at a time, with what their fields need."""
        rows = self.rows
        alone = connection.vendor != "sqlite" or connection.in_atomic_block
        return self._read(rows) if alone else read_beside(lambda: self._read(rows))

    def _read(self, rows: QuerySet[Any]) -> Iterator[list[Any]]:
        columns = self.export.columns
        named: QuerySet[Any] = rows.values_list(*columns, named=True) if columns else rows
        found = named.iterator(chunk_size=STRETCH)
        while stretch := list(islice(found, STRETCH)):
            if self.export.complete:
                self.export.complete(stretch)
            yield stretch
