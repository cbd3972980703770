"""All sites that the viewer may see, and the legend of the symbols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evkit.console.access import member_page, principal_of
from evkit.console.cards import Totals, totals_of
from evkit.console.filters import Filter
from evkit.console.live.cards import shared_cards
from evkit.console.states import Group, State
from sites.models import Site


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


def _summaries(request: HttpRequest, group: Group | None) -> Iterator[SiteSummary]:
    """Yield the sites that have a charge point in a group of states; all of them without one."""
    for site in principal_of(request).sites():
        cards = shared_cards(request, site)
        if group is None or any(card.matches(group=group, query="") for card in cards):
            yield SiteSummary(site, totals_of(cards, site.limit_w), len(cards))


@member_page
def sites(request: HttpRequest) -> HttpResponse:
    """Show one card per site, with `state` only of those it concerns; htmx gets them as fragments."""
    group = Filter.from_query(request.GET).group
    summaries = list(_summaries(request, group))
    fragment = request.headers.get("HX-Request") == "true"
    template = "console/sites/live.html" if fragment else "console/sites/page.html"
    return render(request, template, {"summaries": summaries, "group": group})


@member_page
def legend(request: HttpRequest) -> HttpResponse:
    """Show every symbol in every state, with its meaning."""
    return render(request, "console/legend.html", {"states": list(State)})
