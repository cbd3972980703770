"""All sites that the viewer may see, and the legend of the symbols."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evkit.console.access import member_page, principal_of
from evkit.console.cards import Totals, totals_of
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


def _summary(request: HttpRequest, site: Site) -> SiteSummary:
    cards = shared_cards(request, site)
    return SiteSummary(site, totals_of(cards, site.limit_w), len(cards))


@member_page
def sites(request: HttpRequest) -> HttpResponse:
    """Show one card per site; an htmx request gets the cards as fragments."""
    summaries = [_summary(request, site) for site in principal_of(request).sites()]
    fragment = request.headers.get("HX-Request") == "true"
    template = "console/sites/live.html" if fragment else "console/sites/page.html"
    return render(request, template, {"summaries": summaries})


@member_page
def legend(request: HttpRequest) -> HttpResponse:
    """Show every symbol in every state, with its meaning."""
    return render(request, "console/legend.html", {"states": list(State)})
