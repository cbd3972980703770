"""Pages of lists that grow without end."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.core.paginator import Paginator

MOST: Final = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable while it runs
    """Counts no further than `MOST` rows, so that a list of millions is as fast as one of thousands.

    `more` tells that there are others beyond: they are reached by a filter, another order, or a file.
    """

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        query = rows.data.data  # of django-tables2: the rows of a table stand on the data of a query
        return int(query.order_by().values("pk")[: MOST + 1].count())

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._found, MOST)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond the last page."""
        return self._found > MOST
