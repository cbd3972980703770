"""The table of a list page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from evkit.console.tables.address import SORT, ListAddress


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column that the viewer may show or hide; the first one always stays."""

    name: str
    label: str
    shown: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class SortChoice:
    """An order to choose where there are no headers to press: on a phone."""

    value: str
    label: str
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the id it is replaced by, the class of what stands out, its cells as markup."""

    key: str
    css: str
    cells: SafeString


@dataclass(frozen=True, slots=True)
class Head:
    """One header; `href` sorts by it, `way` is its `aria-sort` ("" where nothing can be sorted)."""

    label: str
    css: str
    href: str = ""
    way: str = ""


class ListTable(tables.Table):
    """A table whose order, columns and page come from the address.

    A subclass declares `Column`s, the most important first.
    """

    paginated_by: ClassVar[type[Paginator[Any]]] = Paginator

    class Meta:
        orderable = True

    def __init__(
        self,
        rows: QuerySet[Any],
        *,
        address: ListAddress,
        now: datetime,
        absent: Collection[str] = (),
        paged: bool = True,
    ) -> None:
        self.address = address
        self.now = now
        known = [name for name in self.base_columns if name not in absent]
        chosen = [name for name in known if name in address.columns] or [
            name for name in known if self.base_columns[name].usual
        ]
        self.known = known
        self.shown = list(dict.fromkeys([known[0], *chosen]))
        hidden = [name for name in self.base_columns if name not in self.shown]
        super().__init__(rows, exclude=hidden, order_by=address.get(SORT) or None, order_by_field=SORT)
        if paged:
            self.paginator = self.paginated_by(self.rows, address.per_page)
            self.page = self.paginator.get_page(address.page)

    @property
    def sorted_live(self) -> bool:
        """Whether the order changes while one looks."""
        return any(self.base_columns[name.lstrip("-")].live for name in self.order_by or ())

    @property
    def column_choices(self) -> list[ColumnChoice]:
        """The columns to choose from."""
        return [
            ColumnChoice(name, str(self.base_columns[name].verbose_name), name in self.shown, place == 0)
            for place, name in enumerate(self.known)
        ]

    @property
    def sort_choices(self) -> list[SortChoice]:
        """The orders to choose from, each in the direction that is more useful first."""
        given = self.address.get(SORT)
        choices = []
        for bound in self.columns:
            if not bound.orderable:
                continue
            first = f"-{bound.name}" if bound.column.initial_sort_descending else bound.name
            choices.append(SortChoice(first, str(bound.header), given.lstrip("-") == bound.name))
        return choices

    @property
    def lines(self) -> Iterator[Line]:
        """The rows of the page; their hundreds of cells are put together here, as a template takes longer."""
        shown = [(_opening(bound), self._drawing(bound)) for bound in self.columns]
        for row in self.paginated_rows:
            record = row.record
            cells = (f"{opening}{conditional_escape(draw(record))}</td>" for opening, draw in shown)
            yield Line(f"row-{record.pk}", self.row_state(record), SafeString("".join(cells)))

    def _drawing(self, bound: Any) -> Callable[[Any], str]:
        """Return what draws the cells of a column; `get_cell` would study its signature for every cell."""
        own: Callable[[Any], str] | None = getattr(self, f"render_{bound.name}", None)
        return own or (lambda record: bound.column.render(self, record, bound))

    @property
    def heads(self) -> list[Head]:
        """The headers with the links that sort."""
        return [self._head(bound) for bound in self.columns]

    def _head(self, bound: Any) -> Head:
        label, css = str(bound.header), bound.column.css
        if not bound.orderable:
            return Head(label, css)
        alias = bound.order_by_alias
        way = ("descending" if alias.is_descending else "ascending") if bound.is_ordered else "none"
        return Head(label, css, self.address.link(**{SORT: alias.next}), way)

    def row_state(self, record: Any) -> str:
        """Return the class of a row that stands out; "" for a calm one."""
        del record
        return ""

    def export(self, rows: QuerySet[Any]) -> Iterator[Sequence[object]]:
        """Yield the header and then the plain values of all `rows` for a file, in the table's columns."""
        columns = {name: self.base_columns[name] for name in self.sequence if name in self.shown}
        yield [str(column.verbose_name) for column in columns.values()]
        for record in rows.iterator(chunk_size=500):
            yield [column.plain(self, record, name) for name, column in columns.items()]


def _opening(bound: Any) -> SafeString:
    """Return what every cell of a column begins with: its class, and its header for a phone."""
    css = format_html(' class="{}"', bound.column.css) if bound.column.css else ""
    return format_html('<td{} data-label="{}">', css, str(bound.header))
