"""The charts of a connector: which curves stand together, in which unit, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from charging.types import LimitKind
from evkit.console.selectors.connector_curves import Curves
from evkit.console.selectors.point_curves import ConnectorLines

Measurements = Curves | ConnectorLines


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its column, its name, its look (main, second, third, accent), steps or not."""

    column: str
    label: Promise
    style: str = "main"
    step: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One of the charts that stand above each other; values are divided by `scale`."""

    key: str
    label: Promise
    unit: str
    lines: Sequence[Line]
    scale: float = 1.0
    decimals: int = 1
    from_zero: bool = False
    top: float | None = None


CHARTS: Final = (
    Chart(
        "power", gettext_lazy("Power"), "kW", [Line("power_w", gettext_lazy("Measured"))],
        scale=1000, from_zero=True,
    ),
    Chart(
        "running", gettext_lazy("Running transactions"), "",
        [Line("running", gettext_lazy("At once"), step=True)], decimals=0, from_zero=True,
    ),
    Chart(
        "current", gettext_lazy("Current"), "A",
        [
            Line("current_l1_a", pgettext_lazy("phase", "L1")),
            Line("current_l2_a", pgettext_lazy("phase", "L2"), "accent"),
            Line("current_l3_a", pgettext_lazy("phase", "L3"), "second"),
        ],
        from_zero=True,
    ),
    Chart("voltage", gettext_lazy("Voltage"), "V", [Line("voltage_v", gettext_lazy("Measured"))], decimals=0),
    Chart(
        "soc", gettext_lazy("State of charge"), "%",
        [Line("soc_percent", gettext_lazy("Measured"), "accent")], decimals=0, from_zero=True, top=100,
    ),
    Chart(
        "temperature", gettext_lazy("Temperature"), "°C", [Line("temperature_c", gettext_lazy("Measured"))]
    ),
    Chart(
        "energy", gettext_lazy("Energy register"), "kWh", [Line("energy_wh", gettext_lazy("Measured"))],
        scale=1000, decimals=2,
    ),
)  # fmt: skip


def charts_of(curves: Curves, *, direct: bool, one_limit: bool = False) -> list[dict[str, Any]]:
    """Return the charts that have anything to show, ready for JSON.

    `direct` current has one curve; with `one_limit` the limit is not one that somebody accepted.
    """
    drawn = [_chart(chart, curves, direct=direct) for chart in CHARTS]
    if one_limit:
        power = (line for chart in drawn if chart["key"] == "power" for line in chart["series"])
        for line in (line for line in power if "step" in line):
            line["label"] = _("Limit")
    return [chart for chart in drawn if chart["series"]]


def resolution_note(curves: Curves) -> str:
    """Return in words how close to the raw samples the curves are."""
    if not curves.step_s:
        return _("Lowest and highest sample per pixel") if curves.reduced else _("Every sample")
    if not curves.reduced:
        return _("Added up by minute")
    return {
        60: _("Lowest and highest per pixel, from minutes"),
        900: _("Lowest and highest per pixel, from quarters of an hour"),
        3600: _("Lowest and highest per pixel, from hours"),
    }[curves.step_s]


def measured_lines(*, direct: bool) -> Iterator[tuple[Chart, Line, str]]:
    """Yield every chart and curve with the name of the quantity."""
    for chart in CHARTS:
        for line in chart.lines:
            several = len(chart.lines) > 1 and not direct
            yield chart, line, f"{chart.label} {line.label}" if several else str(chart.label)


def _chart(chart: Chart, curves: Curves, *, direct: bool) -> dict[str, Any]:
    series = [drawn_line(chart, line, curves) for line in chart.lines if is_told(curves, line.column)]
    if direct and chart.key == "current":
        series = [{**each, "label": _("Measured")} for each in series[:1]]
    if chart.key == "power" and series:
        series += _limits(curves)
    return chart_data(chart, series)


def chart_data(chart: Chart, series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a chart with its curves, ready for JSON."""
    return {
        "key": chart.key,
        "label": str(chart.label),
        "unit": chart.unit,
        "decimals": chart.decimals,
        "zero": chart.from_zero,
        "top": chart.top,
        "series": series,
    }


def is_told(curves: Measurements, column: str) -> bool:
    """Tell whether a quantity was measured at all."""
    return any(value is not None for value in curves.values.get(column, ()))


def drawn_line(chart: Chart, line: Line, curves: Measurements) -> dict[str, Any]:
    """Return one curve of measurements in the unit of its chart, ready for JSON."""
    values = [_round(value, chart.scale) for value in curves.values[line.column]]
    gap_s = curves.gap_s[line.column]
    return {
        "label": str(line.label),
        "style": line.style,
        "gap": gap_s,
        "values": values,
        **({"step": True} if line.step else {}),
    }


def _limits(curves: Curves) -> list[dict[str, Any]]:
    labels = {LimitKind.ACCEPTED: _("Limit accepted"), LimitKind.REQUESTED: _("Limit requested")}
    return [
        {
            "label": label,
            "style": f"limit-{kind}",
            "step": True,
            "values": [_round(value, 1000) for value in curves.limits.get(kind, ())],
        }
        for kind, label in labels.items()
        if any(value is not None for value in curves.limits.get(kind, ()))
    ]


def _round(value: float | None, scale: float) -> float | None:
    return None if value is None else round(value / scale, 3)
