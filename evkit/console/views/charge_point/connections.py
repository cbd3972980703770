"""When one charge point was connected."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from chargers.models import ChargePoint
from evkit.console.access import member_page
from evkit.console.periods import PRESETS, Period
from evkit.console.selectors.connections import availability, connection_page
from evkit.console.views.charge_point.tabs import Context, tab_page

OFFERED = ("24h", "7d")


@member_page
def connections(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """List the connections, with the share of time online."""
    return tab_page(request, code, identity, "connections", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    chosen = request.GET.get("period", "")
    chosen = chosen if chosen in OFFERED else OFFERED[0]
    page, lines = connection_page(row.pk, request.GET.get("page", ""), now)
    return {
        "availability": availability(row.pk, Period(now - PRESETS[chosen], now, chosen)),
        "periods": OFFERED,
        "page": page,
        "lines": lines,
    }
