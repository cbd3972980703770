"""Filters of list pages: each reads one parameter of the URL and narrows the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from evkit.console.moments import told
from evkit.console.periods import read_moment
from evkit.console.states import State
from evkit.console.tables.address import ListAddress

Rows = QuerySet[Any]


class Kind(StrEnum):
    """How a filter is shown."""

    SEARCH = "search"
    CHOICE = "choice"
    CHIPS = "chips"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen; `symbol` is drawn on its chip."""

    value: str
    label: str
    symbol: State | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    `narrow` gets the rows and the given value; it leaves the rows alone if the value means nothing. `every`
    names the choice of everything, `counts` counts rows by the values of chips.
    """

    name: str
    label: str | Promise
    narrow: Callable[[Rows, str], Rows]
    kind: Kind = Kind.CHOICE
    options: Sequence[Option] = ()
    every: str | Promise = ""
    counts: Callable[[Rows], Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class ShownChip:
    """A chip with its count and its link."""

    option: Option
    count: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ShownField:
    """A filter in the form, with its value; a value without an option of its own is offered too."""

    filter: Filter
    value: str

    @property
    def options(self) -> list[Option]:
        """The options to choose from."""
        known = list(self.filter.options)
        if self.value and all(option.value != self.value for option in known):
            known.append(Option(self.value, self.value))
        return known

    @property
    def drawn_options(self) -> SafeString:
        """The options as markup: where there are hundreds, a template takes longer than all the rest."""
        chosen = {self.value: SafeString(" selected")}
        given = ((one.value, chosen.get(one.value, ""), one.label) for one in self.options)
        return format_html_join("", '<option value="{}"{}>{}</option>', given)


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in force: its words and the link that takes it away."""

    label: str
    value: str
    href: str


@dataclass(frozen=True)
class FilterSet:
    """The filters of a page with the values of its address."""

    filters: Sequence[Filter]
    address: ListAddress
    chips: Sequence[ShownChip] = field(default=())

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return any(self.address.get(one.name) for one in self.filters)

    @property
    def fields(self) -> list[ShownField]:
        """The fields of the form: everything but chips."""
        shown = [one for one in self.filters if one.kind is not Kind.CHIPS]
        return [ShownField(one, self.address.get(one.name)) for one in shown]

    @property
    def search(self) -> ShownField | None:
        """The search field, which stands first."""
        return next((one for one in self.fields if one.filter.kind is Kind.SEARCH), None)

    @property
    def selects(self) -> list[ShownField]:
        """The fields beside the search; a choice between nothing is left out."""
        return [one for one in self.fields if one.filter.kind is not Kind.SEARCH and _useful(one)]

    @property
    def in_force(self) -> list[ActiveFilter]:
        """The filters in force beside chips, with the words of their values."""
        return [
            ActiveFilter(str(one.label), _words(one, value), self.address.link(**{one.name: ""}))
            for one in self.filters
            if one.kind is not Kind.CHIPS and (value := self.address.get(one.name))
        ]

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """The filters in force as labels and values."""
        return [(one.label, one.value) for one in self.in_force]

    def apply(self, rows: Rows, *, chips: bool = True) -> Rows:
        """Return the rows that pass; without those that chips choose, for counting them."""
        for one in self.filters:
            value = self.address.get(one.name)
            if value and (chips or one.kind is not Kind.CHIPS):
                rows = one.narrow(rows, value)
        return rows

    def with_counts(self, rows: Rows) -> FilterSet:
        """Return the set with its chips counted over these unfiltered rows."""
        one = next((one for one in self.filters if one.kind is Kind.CHIPS), None)
        if one is None or one.counts is None:
            return self
        counts = one.counts(self.apply(rows, chips=False))
        given = self.address.get(one.name)
        offered = [Option("", str(one.every)), *one.options]
        chips = [
            ShownChip(
                option,
                counts.get(option.value, 0) if option.value else sum(counts.values()),
                self.address.link(**{one.name: option.value}),
                option.value == given,
            )
            for option in offered
        ]
        return FilterSet(self.filters, self.address, chips)


def _useful(one: ShownField) -> bool:
    return one.filter.kind is not Kind.CHOICE or len(one.options) > 1 or bool(one.value)


def _words(one: Filter, value: str) -> str:
    if one.kind is Kind.DATE and (moment := read_moment(value)):
        day_alone = len(value) == len("2026-01-31")
        return told(moment, "j N Y" if day_alone else "j N Y H:i")
    return next((option.label for option in one.options if option.value == value), value)
