"""Cursor paging: a page starts after the key of the last item, whatever was added meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from evkit.console.api.cursors import Value, read_cursor, write_cursor
from evkit.console.api.types import Strict
from evkit.core.errors import InvalidInputError

M = TypeVar("M", bound=Model)

DEFAULT_LIMIT = 100
MAX_LIMIT = 500


class Paging(Strict):
    """The query parameters of every list."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(None, max_length=1000)


def refuse_unknown_parameters(request: HttpRequest, wanted: type[Paging]) -> None:
    """Refuse a query parameter that `wanted` does not have: a misspelt filter would let everything through.

    Raises:
        InvalidInputError: naming the first of them.
    """
    known = {field.alias or name for name, field in wanted.model_fields.items()}
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        message = _("The parameter “%(name)s” is not known here; known are: %(known)s.")
        values = {"name": unknown[0], "known": ", ".join(sorted(known))}
        raise InvalidInputError(message % values, field=unknown[0])


class Order:
    """The order of a list: fields, each with "-" in front if descending; together they are unique.

    Args:
        types: the type of each field's values, to read them back from a cursor.
    """

    def __init__(self, *fields: str, types: Sequence[type[Value]]) -> None:
        self.fields = fields
        self.types = tuple(types)

    def page(self, rows: QuerySet[M], paging: Paging) -> tuple[list[M], str | None]:
        """Return the rows of a page and the cursor of the next one.

        Raises:
            InvalidInputError: the cursor is not one of this list.
        """
        if paging.cursor is not None:
            rows = rows.filter(self._after(read_cursor(paging.cursor, *self.types)))
        found = list(rows.order_by(*self.fields)[: paging.limit + 1])
        if len(found) <= paging.limit:
            return found, None
        last = found[paging.limit - 1]
        key = [getattr(last, field.lstrip("-")) for field in self.fields]
        return found[: paging.limit], write_cursor(key)

    def _after(self, key: tuple[Any, ...]) -> Q:
        """Return the condition for what follows `key` in the order."""
        condition = Q()
        equal = Q()
        for field, value in zip(self.fields, key, strict=True):
            name = field.lstrip("-")
            beyond = Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
            condition |= equal & beyond
            equal &= Q(**{name: value})
        return condition
