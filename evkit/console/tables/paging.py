"""Pages of lists that grow without end."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django_tables2.rows import BoundRows

MOST: Final = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable while it runs
    """Counts no further than `MOST` rows, so that a list of millions is as fast as one of thousands.

    `more` tells that there are others beyond: they are reached by a filter, another order, or a file.
    """

    @property
    def _query(self) -> Any:
        rows: Any = self.object_list
        return rows.data.data  # of django-tables2: the rows of a table stand on the data of a query

    @cached_property
    def _found(self) -> int:
        return int(self._query.order_by().values("pk")[: MOST + 1].count())

    def page(self, number: int | str) -> Page[Any]:
        """Return a page: nothing but keys is sorted, then the rows of the page are read."""
        place = self.validate_number(number)
        first = (place - 1) * self.per_page
        keys = list(self._query.values_list("pk", flat=True)[first : min(first + self.per_page, self.count)])
        found = self._query.order_by().in_bulk(keys)
        rows: Any = self.object_list
        shown = BoundRows(data=[found[key] for key in keys if key in found], table=rows.table)
        return Page(shown, place, self)

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._found, MOST)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond the last page."""
        return self._found > MOST
