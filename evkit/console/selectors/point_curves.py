"""Curves of a charge point: its power and limits added up, and what each of its connectors measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chargers.models import ChargePoint, Evse
from chargers.types import Current
from charging.types import LimitKind
from evkit.console.periods import Period
from evkit.console.selectors.connector_curves import Curves, allowed_silence, silences
from evkit.console.selectors.limits import LimitSteps, limit_steps
from evkit.console.selectors.measured import (
    COLUMNS,
    NARROWEST,
    Measured,
    Number,
    fitting_width,
    measured_within,
)
from evkit.console.selectors.overview import rated_power
from evkit.console.selectors.power_curves import power_curves
from sites.models import Site


@dataclass(frozen=True, slots=True)
class ConnectorLines:
    """What one connector measured, by column in base units, at the times of its charge point's curves."""

    number: int
    direct: bool
    values: Mapping[str, Sequence[Number]]
    gap_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PointCurves:
    """The added-up curves of a charge point, and its connectors' at the same times."""

    whole: Curves
    connectors: Sequence[ConnectorLines]


def point_curves(site: Site, point: ChargePoint, period: Period, *, width: int) -> PointCurves:
    """Return the curves of a charge point for a plot `width` pixels wide, which its connectors share."""
    evses = list(point.evses.order_by("number"))
    whole = power_curves(site, point, period, width=width)
    share = max(NARROWEST, fitting_width(width) // max(len(evses), 1))
    measured = [measured_within((point.pk, evse.number), period, share) for evse in evses]
    limits = {
        kind: [limit_steps(evse, kind, period.since, period.until, site.voltage_v) for evse in evses]
        for kind in (LimitKind.REQUESTED, LimitKind.ACCEPTED)
    }
    times = _all_times(whole, measured, [each for steps in limits.values() for each in steps], period)
    rated = [rated_power(evse, site.voltage_v) for evse in evses]
    power = dict(zip(whole.times, whole.values["power_w"], strict=True))
    whole = replace(
        whole,
        times=times,
        values={"power_w": [power.get(at) for at in times]},
        limits={kind: [limit_together(steps, rated, at) for at in times] for kind, steps in limits.items()},
    )
    lines = [_lines(evse, each, times) for evse, each in zip(evses, measured, strict=True)]
    return PointCurves(whole, lines)


def limit_together(steps: Sequence[LimitSteps], rated: Sequence[Number], at: float) -> Number:
    """Return the limit of several connectors in W: one without a limit counts as what it can deliver at most.

    None while none of them has a limit, or where nobody knows how much one without a limit can deliver.
    """
    told = [each.at(at) for each in steps]
    if all(limit is None for limit in told):
        return None
    known = [most if limit is None else limit for limit, most in zip(told, rated, strict=True)]
    return None if None in known else sum(each for each in known if each is not None)


def _all_times(
    whole: Curves, measured: Sequence[Measured], steps: Sequence[LimitSteps], period: Period
) -> list[float]:
    start, end = period.since.timestamp(), period.until.timestamp()
    times = set(whole.times)
    for each in measured:
        told = [at for at, _values in each.rows]
        times.update(told, silences(told))
    for limits in steps:
        times.update(limits.changes_within(start, end))
    return sorted(times)


def _lines(evse: Evse, measured: Measured, times: Sequence[float]) -> ConnectorLines:
    values: dict[str, dict[float, float]] = {column: {} for column in COLUMNS}
    for at, row in measured.rows:
        for column, value in zip(COLUMNS, row, strict=True):
            if value is not None:
                values[column][at] = value
    by_column = {column: [told.get(at) for at in times] for column, told in values.items()}
    return ConnectorLines(
        number=evse.number,
        direct=evse.current == Current.DC,
        values=by_column,
        gap_s={column: allowed_silence(times, series) for column, series in by_column.items()},
    )
