"""The charts of a charge point: its power and limits, every other quantity with a curve per connector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evkit.console.charts import CHARTS, Chart, chart_data, charts_of, drawn_line, is_told
from evkit.console.selectors.measured import Number
from evkit.console.selectors.point_curves import ConnectorLines, PointCurves

STYLES: Final = ("main", "accent", "second")
DASHES: Final = 4
"""So many kinds of lines tell curves of the same colour apart."""


def point_charts(curves: PointCurves) -> list[dict[str, Any]]:
    """Return the charts that have anything to show, ready for JSON.

    Phases have their colours and connectors their dashes, elsewhere connectors have their colours. Energy is
    counted from the first register in the period: registers of different connectors are far from each other.
    """
    drawn = charts_of(curves.whole, direct=False)
    for chart in CHARTS:
        shown = _since_start(chart) if chart.key == "energy" else chart
        series = [] if chart.key == "power" else list(_series(shown, curves.connectors))
        if series:
            drawn.append(chart_data(shown, series))
    return drawn


def _series(chart: Chart, connectors: Sequence[ConnectorLines]) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(connectors):
        name = _("Connector %(number)d") % {"number": each.number}
        measured = _counted(each) if chart.key == "energy" else each
        lines = chart.lines[:1] if each.direct else chart.lines
        for line in (line for line in lines if is_told(measured, line.column)):
            phases = len(chart.lines) > 1
            yield {
                **drawn_line(chart, line, measured),
                "label": f"{name} {line.label}" if phases and not each.direct else name,
                "style": line.style if phases else STYLES[place % len(STYLES)],
                "dash": place % DASHES if phases else place // len(STYLES) % DASHES,
            }


def _since_start(chart: Chart) -> Chart:
    return replace(chart, label=gettext_lazy("Energy since the start"), from_zero=True)


def _counted(each: ConnectorLines) -> ConnectorLines:
    """Return the energy register counted from its first value."""
    register = each.values["energy_wh"]
    first = next((value for value in register if value is not None), 0.0)
    counted: list[Number] = [None if value is None else value - first for value in register]
    return replace(each, values={**each.values, "energy_wh": counted})
