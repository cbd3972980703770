"""The curves of a connector, a charge point or a site over a chosen period."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chargers.models import ChargePoint, Evse
from chargers.types import Current
from evkit.console.access import get_site, member_page
from evkit.console.charts import measured_lines
from evkit.console.periods import PRESETS, Period, address_text, local_text, read_period
from evkit.console.selectors.measured import figures_within
from evkit.console.views.charge_point.tabs import Context, chosen_connector, tab_page
from evkit.core.clock import utc_now

TOGETHER: Final = "all"
"""Stands in addresses for all connectors of a charge point together."""


@member_page
def site_curves(request: HttpRequest, code: str) -> HttpResponse:
    """Show the power of a site over a chosen period."""
    site = get_site(request, code)
    with timezone.override(site.zone):
        period = read_period(request.GET, utc_now(), default="24h")
        return render(request, "console/curves/site.html", {"site": site, **_chosen(period)})


@member_page
def curves(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show the charts of a connector; the figures below them need no JavaScript."""
    return tab_page(request, code, identity, "curves", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    period = read_period(request.GET, now, default="6h")
    evses = list(row.evses.all())
    chosen = chosen_connector(request)
    evse = next((each for each in evses if each.number == chosen), evses[0] if evses else None)
    if request.GET.get("connector") == TOGETHER:
        evse = None
    return {
        **_chosen(period),
        "evses": evses,
        "evse": evse,
        "figures": figures_of(evse, period) if evse else (),
    }


def _chosen(period: Period) -> Context:
    return {
        "period": period,
        "since": address_text(period.since),
        "until": address_text(period.until),
        "from": local_text(period.since),
        "to": local_text(period.until),
        "presets": tuple(PRESETS),
    }


def figures_of(evse: Evse, period: Period) -> list[tuple[str, str, int, tuple[float, float, float]]]:
    """Return name, unit, decimals and lowest, mean and highest value of everything that was measured."""
    found = figures_within((evse.charge_point_id, evse.number), period)
    return [
        (
            name,
            chart.unit,
            chart.decimals,
            (figures.low / chart.scale, figures.mean / chart.scale, figures.high / chart.scale),
        )
        for chart, line, name in measured_lines(direct=evse.current == Current.DC)
        if (figures := found.get(line.column)) is not None
    ]
