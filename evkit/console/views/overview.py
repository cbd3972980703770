"""The overview of one site; the same view answers for the page and for its live fragments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evkit.console.access import get_site, member_page
from evkit.console.cards import totals_of, zones_of
from evkit.console.filters import Filter
from evkit.console.ids import read_ids
from evkit.console.selectors.overview import site_cards


@member_page
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Show a site: totals, curve, and its charge points by zone.

    With `only=1,2` an htmx request gets the totals and those charge points as fragments that
    replace themselves; under a filter the whole grid comes, as cards may appear and vanish.
    """
    site = get_site(request, code)
    chosen = Filter.from_query(request.GET)
    cards = site_cards(site)
    zones = zones_of(chosen.apply(cards))
    totals = totals_of(cards, site.limit_w)
    only = read_ids(request.GET.get("only", ""))
    context = {
        "site": site,
        "filter": chosen,
        "totals": totals,
        "chips": chosen.chips(totals),
        "zones": zones,
        "changed": [card for card in cards if card.pk in only],
        "empty_site": not cards,
    }
    with timezone.override(site.zone):
        return render(request, _template(request, partial=bool(only)), context)


def _template(request: HttpRequest, *, partial: bool) -> str:
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-Boosted"):
        return "console/overview/page.html"
    return "console/overview/live.html" if partial else "console/overview/refresh.html"
