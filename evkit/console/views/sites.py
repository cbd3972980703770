"""All sites that the viewer may see, and the legend of the symbols."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evkit.console.access import member_page, principal_of, sites_of
from evkit.console.cards import Totals, totals_of
from evkit.console.filters import Filter
from evkit.console.live.cards import shared_cards
from evkit.console.selectors.strangers import strangers
from evkit.console.states import Group, State
from evkit.core.clock import utc_now
from sites.limits import limit_w_at
from sites.models import Site
from sites.permissions import Right

FEW: Final = 3


@dataclass(frozen=True, slots=True)
class SiteSummary:
    """One site with its sums."""

    site: Site
    totals: Totals
    charge_points: int

    @property
    def faulty(self) -> bool:
        """Whether a connector of the site is faulted."""
        return bool(self.totals.counts[Group.FAULTED])


class Order(StrEnum):
    """How the sites are ordered."""

    NAME = "name"
    TROUBLE = "trouble"
    POWER = "power"

    @property
    def label(self) -> Promise:
        """Return the order in words."""
        return ORDERS[self]

    def sort(self, summaries: Iterable[SiteSummary]) -> list[SiteSummary]:
        """Return the sites in this order, those that are equal by name."""
        named = sorted(summaries, key=lambda item: item.site.name.casefold())
        if self is Order.NAME:
            return named
        return sorted(named, key=_trouble if self is Order.TROUBLE else _power, reverse=True)


ORDERS: Final[dict[Order, Promise]] = {
    Order.NAME: gettext_lazy("By name"),
    Order.TROUBLE: gettext_lazy("Faults first"),
    Order.POWER: gettext_lazy("Most power first"),
}


def _trouble(item: SiteSummary) -> tuple[int, int]:
    return item.totals.counts[Group.FAULTED], item.totals.counts[Group.OFFLINE]


def _power(item: SiteSummary) -> float:
    return item.totals.power_w


def _summaries(request: HttpRequest, sites: Iterable[Site], chosen: Filter) -> Iterator[SiteSummary]:
    """Yield the sites that are named like the search and have a charge point in the group of states."""
    group, text = chosen.group, chosen.query.casefold()
    for site in sites:
        if text not in f"{site.name}\n{site.code}".casefold():
            continue
        cards = shared_cards(request, site)
        if group is None or any(card.matches(group=group, query="") for card in cards):
            yield SiteSummary(site, totals_of(cards, limit_w_at(site, utc_now())), len(cards))


@member_page
def sites(request: HttpRequest) -> HttpResponse:
    """Show one card per site, with `state` and `q` only of those meant; htmx gets them as fragments."""
    chosen, asked = Filter.from_query(request.GET), request.GET.get("sort", "")
    order = Order(asked) if asked in set(Order) else Order.NAME
    mine = sites_of(request)
    summaries = order.sort(_summaries(request, mine, chosen))
    decides = principal_of(request).may(Right.CONFIGURE, None)
    live = request.headers.get("HX-Request") == "true" and "only" in request.GET
    template = "console/sites/live.html" if live else "console/sites/page.html"
    context = {
        "summaries": summaries,
        "group": chosen.group,
        "query": chosen.query,
        "order": order,
        "orders": list(Order),
        "whole_grid": chosen.active or request.GET.get("only") == "all",
        "many": len(mine) > FEW,
        "notices": strangers(utc_now()) if decides and not live else [],
        "site_ids": ",".join(str(site.pk) for site in mine),
    }
    return render(request, template, context)


@member_page
def legend(request: HttpRequest) -> HttpResponse:
    """Show every symbol in every state, with its meaning."""
    things = [("vehicle", _("Vehicle")), ("meter", _("Meter")), ("limit", _("Limit"))]
    return render(request, "console/legend.html", {"states": list(State), "things": things})
