"""Columns of list pages."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.utils.functional import Promise

from evkit.console.tables import cells


class Column(tables.Column):
    """A column of a `ListTable`.

    `path` leads to its plain value ("state__model"), which a table's `value_<name>` replaces and its
    `render_<name>` draws. `sort` names the fields to order by, usually the path; rows without a value come
    last either way, on every database. `usual` says whether it is shown unless the viewer chooses
    otherwise, `live` whether its order changes while one looks. `nullable` False says that every row has a
    value, so that a plain index gives the order; `endless` that a row without one comes after all others,
    first where the last come first, as what still runs does.
    """

    def __init__(
        self,
        label: str | Promise,
        path: str = "",
        *,
        sort: tuple[str, ...] = (),
        number: bool = False,
        usual: bool = True,
        live: bool = False,
        nullable: bool = True,
        endless: bool = False,
        css: str = "",
    ) -> None:
        self.sort = sort or ((path,) if path else ())
        super().__init__(
            verbose_name=label,
            accessor="pk",
            empty_values=(),
            orderable=bool(self.sort),
            initial_sort_descending=number,
        )
        self.path = path
        self.css = " ".join(filter(None, ["num" if number else "", css]))
        self.usual = usual
        self.live = live
        self.nullable = nullable
        self.endless = endless

    def plain(self, table: tables.Table, record: Any, name: str) -> object:
        """Return the value of a record without any drawing; None where there is none."""
        own = getattr(table, f"value_{name}", None)
        if own is not None:
            value: object = own(record)
            return value
        return tables.A(self.path).resolve(record, safe=True, quiet=True)

    def render(self, table: tables.Table, record: Any, bound_column: Any) -> str:
        """Return the plain value as text."""
        return cells.text(self.plain(table, record, bound_column.name))

    def order(self, queryset: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:  # noqa: FBT001
        """Return the rows in order, those that say the same in the order of their keys."""
        nulls: dict[str, bool] = {"nulls_last": True} if self.nullable else {}
        if self.endless and is_descending:
            nulls = {"nulls_first": True}
        fields = [F(name) for name in self.sort]
        ways = [f.desc(**nulls) if is_descending else f.asc(**nulls) for f in fields]
        return queryset.order_by(*ways, "pk"), True
