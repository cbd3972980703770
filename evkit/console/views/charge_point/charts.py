"""The curves of one connector over a chosen period."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from chargers.models import ChargePoint, Evse
from chargers.types import Current
from evkit.console.access import member_page
from evkit.console.charts import measured_lines
from evkit.console.periods import PRESETS, Period, local_text, read_period
from evkit.console.selectors.connector_curves import figures_within
from evkit.console.views.charge_point.tabs import Context, chosen_connector, tab_page


@member_page
def curves(request: HttpRequest, code: str, identity: str) -> HttpResponse:
    """Show the charts of a connector; the figures below them need no JavaScript."""
    return tab_page(request, code, identity, "curves", _context)


def _context(request: HttpRequest, row: ChargePoint, now: datetime) -> Context:
    period = read_period(request.GET, now, default="6h")
    evses = list(row.evses.all())
    chosen = chosen_connector(request)
    evse = next((each for each in evses if each.number == chosen), evses[0] if evses else None)
    return {
        "period": period,
        "since": local_text(period.since),
        "until": local_text(period.until),
        "presets": tuple(PRESETS),
        "evses": evses,
        "evse": evse,
        "figures": figures_of(evse, period) if evse else (),
    }


def figures_of(evse: Evse, period: Period) -> list[tuple[str, str, int, tuple[float, float, float]]]:
    """Return name, unit, decimals and lowest, mean and highest value of everything that was measured."""
    found = figures_within(evse, period)
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
