"""Answers for a list page: the page, its list after a filter, its live rows, or a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from evkit.console.ids import read_ids
from evkit.console.tables.address import FORMAT, PER_PAGE_CHOICES, SORT, USUAL_PER_PAGE, ListAddress
from evkit.console.tables.base import ListTable
from evkit.console.tables.export import csv_response
from evkit.console.tables.filtering import Filter, FilterSet, Kind
from evkit.console.tables.saved import saved_filters_of
from evkit.core.clock import utc_now
from sites.models import User
from sites.services.saved_filters import opening_query

CSV = "csv"
ALL = "all"
TOTALS = "totals"


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list without any row says, and what to do next."""

    title: str | Promise
    text: str | Promise = ""
    href: str = ""
    action: str | Promise = ""
    icon: str = "inbox"


@dataclass(frozen=True)
class ListPage:
    """What makes up one list page.

    `name` is its URL name and that of its saved filters; `rows` are all rows the viewer may see, in the
    usual order; `live` is the field that holds the id of the charge point a row follows ("" where nothing
    is live); `absent` are columns without any data; `template` extends `tables/page.html`. `totals` sums up
    all rows that pass the filters, which `totals_template` shows; of very many it does so after the page.
    `per_page` rows are shown unless the viewer chooses otherwise. `export` names the table offered as a file
    (`evkit.console.exports`); without it the list is, as CSV. `note` is a template that tells what is to be
    known of the rows shown.
    """

    name: str
    title: str | Promise
    rows: QuerySet[Any]
    table: type[ListTable]
    filters: Sequence[Filter]
    empty: Empty
    template: str = "tables/page.html"
    live: str = ""
    absent: Collection[str] = ()
    context: Mapping[str, object] = field(default_factory=dict)
    totals: Callable[[QuerySet[Any]], object] | None = None
    totals_template: str = ""
    note: str = ""
    export: str = ""
    per_page: int = USUAL_PER_PAGE

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """Return the page, or the part of it that was asked for.

        Where the address asks for nothing, it leads to the filter that opens by itself.
        """
        opening = opening_query(request.user, self.name) if isinstance(request.user, User) else ""
        if opening and not request.GET and request.headers.get("HX-Request") != "true":
            return redirect(f"{request.path}?{opening}")
        names = [one.name for one in self.filters]
        return self._asked_for(request, ListAddress(request.GET, names, self.per_page, opens=bool(opening)))

    def _asked_for(self, request: HttpRequest, address: ListAddress) -> HttpResponseBase:
        filters = FilterSet(self.filters, address)
        now = utc_now()
        if request.GET.get(FORMAT) == CSV:
            return self._file(filters, now)
        asked = request.GET.get("only", "")
        if asked == TOTALS and self.totals:
            summed = {"list": self, "totals": self.totals(filters.apply(self.rows))}
            return render(request, self.totals_template, summed)
        if request.headers.get("HX-Request") != "true":
            return self._render(request, filters, now, self.template)
        if not asked:
            response = self._render(request, filters, now, "tables/refresh.html")
            response.headers["HX-Push-Url"] = request.path + address.here
            return response
        if asked == ALL or filters.active or not self.live:
            return self._render(request, filters, now, "tables/live_list.html")
        return self._changed(request, filters, now, read_ids(asked))

    def _table(
        self, rows: QuerySet[Any], address: ListAddress, now: datetime, *, paged: bool = True
    ) -> ListTable:
        return self.table(rows, address=address, now=now, absent=self.absent, paged=paged)

    def _file(self, filters: FilterSet, now: datetime) -> HttpResponseBase:
        rows = filters.apply(self.rows)
        table = self._table(rows, filters.address, now, paged=False)
        return csv_response(table.export(table.data.data), f"evkit-{self.name}-{now:%Y%m%d-%H%M}")

    def _render(
        self, request: HttpRequest, filters: FilterSet, now: datetime, template: str
    ) -> HttpResponseBase:
        table = self._table(filters.apply(self.rows), filters.address, now)
        counted = filters.with_counts(self.rows)
        return render(request, template, self._context(request, counted, table))

    def _changed(
        self, request: HttpRequest, filters: FilterSet, now: datetime, ids: frozenset[int]
    ) -> HttpResponseBase:
        """Return the rows of changed charge points in their places: rows never jump under a hand.

        Where the order itself does not change while one looks, only the rows of the page are sent.
        """
        rows = self.rows.filter(**{f"{self.live}__in": ids})
        page = self._table(self.rows, filters.address, now)
        if not page.sorted_live:
            rows = rows.filter(pk__in=[row.record.pk for row in page.paginated_rows])
        table = self._table(rows, filters.address, now, paged=False)
        context = self._context(request, filters.with_counts(self.rows), table)
        return render(request, "tables/live_rows.html", context)

    def _totals(self, filters: FilterSet, table: ListTable) -> object:
        """Return the sums that are shown at once: None where the page asks for them later, or has none."""
        if self.totals is None or getattr(table.paginator, "more", False):
            return None
        return self.totals(filters.apply(self.rows))

    def _context(self, request: HttpRequest, filters: FilterSet, table: ListTable) -> dict[str, object]:
        fields = [one.name for one in self.filters if one.kind is not Kind.CHIPS]
        return {
            "list": self,
            "filters": filters,
            "address": filters.address,
            "kept": filters.address.kept(without=[*fields, SORT]),
            "per_page_choices": PER_PAGE_CHOICES,
            "table": table,
            "totals": self._totals(filters, table),
            "saved": saved_filters_of(request, self.name, filters.address),
            **self.context,
        }
