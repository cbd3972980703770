"""The overview of one site; the same view answers for the page and for its live fragments."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evkit.console.access import get_site, member_page
from evkit.console.attention import attention_of
from evkit.console.cards import totals_of, zones_of
from evkit.console.filters import Filter
from evkit.console.ids import read_ids
from evkit.console.joining import ocpp_url
from evkit.console.live.answers import share
from evkit.console.live.cards import followed_cards, shared_cards
from evkit.console.live.shared import shared_html
from evkit.console.middleware import is_live
from evkit.core.clock import utc_now
from sites.limits import limit_w_at

ALL = "all"


@member_page
def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Show a site: totals, curve, and its charge points by zone.

    With `only=1,2` an htmx request gets the totals and those charge points as fragments that
    replace themselves; with `only=all`, or under a filter, as cards may appear and vanish, the
    whole grid. Without `only` (a search) it gets the grid to put into its place.
    """
    site = get_site(request, code)
    chosen = Filter.from_query(request.GET)
    live = is_live(request) and is_htmx(request)
    cards = followed_cards(request, site) if live else shared_cards(request, site)
    zones = zones_of(chosen.apply(cards))
    totals = totals_of(cards, limit_w_at(site, utc_now()))
    asked = request.GET.get("only", "")
    only = read_ids(asked)
    context = {
        "site": site,
        "filter": chosen,
        "hours": str(chosen.hours),
        "attention": attention_of(cards),
        "totals": totals,
        "chips": chosen.chips(totals),
        "zones": zones,
        "changed": [card for card in cards if card.pk in only],
        "whole_grid": chosen.active or asked == ALL,
        "grid_for_all": asked == ALL and not chosen.active and bool(cards),
        "empty_site": not cards,
        "ocpp_url": ocpp_url(request) if cards and all(card.never_connected for card in cards) else "",
    }
    with timezone.override(site.zone):
        if asked and is_htmx(request):
            context["summary"] = shared_html(
                request,
                "console/overview/_summary.html",
                {**context, "oob": True},
                key=(site.pk, chosen, context["whole_grid"]),
            )
        if live and asked and cards:  # an empty site offers an administrator more
            share(request, site.pk)
        return render(request, _template(request, live=bool(asked)), context)


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether the script of a page asks for fragments, not a browser for the page."""
    return request.headers.get("HX-Request") == "true" and not request.headers.get("HX-Boosted")


def _template(request: HttpRequest, *, live: bool) -> str:
    if not is_htmx(request):
        return "console/overview/page.html"
    return "console/overview/live.html" if live else "console/overview/refresh.html"
