"""The filter of an overview: a group of states and a search, kept in the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import pgettext

from evkit.console.cards import ChargePointCard, Chip, Totals
from evkit.console.formats import quantity
from evkit.console.selectors.curves import HOURS, WINDOWS, chosen_hours
from evkit.console.states import Group


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the power curve, in hours."""

    hours: int
    href: str
    current: bool

    @property
    def label(self) -> str:
        """Its length as people read it."""
        return quantity(self.hours, "h")


@dataclass(frozen=True, slots=True)
class Filter:
    """What the viewer wants to see; empty means everything. `hours` is the window of the curve."""

    group: Group | None = None
    query: str = ""
    hours: int = HOURS

    @classmethod
    def from_query(cls, query: QueryDict) -> Filter:
        """Read `state`, `q` and `hours`; what is unknown is ignored."""
        state = query.get("state", "")
        group = Group(state) if state in set(Group) else None
        return cls(group, query.get("q", "").strip(), chosen_hours(query.get("hours", "")))

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self.group is not None or bool(self.query)

    def apply(self, cards: Sequence[ChargePointCard]) -> list[ChargePointCard]:
        """Return the cards that pass."""
        return [card for card in cards if card.matches(group=self.group, query=self.query)]

    def query_string(self, group: Group | None, hours: int | None = None) -> str:
        """Return the query string of the same search with another group, or with another window."""
        window = self.hours if hours is None else hours
        parameters = {
            "state": str(group) if group else "",
            "q": self.query,
            "hours": "" if window == HOURS else str(window),
        }
        return "?" + urlencode({key: value for key, value in parameters.items() if value})

    def windows(self) -> list[Window]:
        """Return the windows of the curve to choose from."""
        return [
            Window(hours, self.query_string(self.group, hours), current=hours == self.hours)
            for hours in WINDOWS
        ]

    def chips(self, totals: Totals) -> list[Chip]:
        """Return the filter chips: everything, then each group with its count of connectors."""
        every = Chip(
            label=pgettext("connectors", "All"), count=totals.connectors, href=self.query_string(None),
            current=self.group is None, state=None,
        )  # fmt: skip
        return [every] + [
            Chip(
                label=str(group.label), count=totals.counts[group], href=self.query_string(group),
                current=group is self.group, state=group.symbol,
            )
            for group in Group
        ]  # fmt: skip
