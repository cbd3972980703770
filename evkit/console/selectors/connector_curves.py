"""Curves of a connector: what was measured, its limits, its sessions, and when it was out of reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from chargers.models import Evse
from charging.models import Transaction
from charging.types import LimitKind
from evkit.console.periods import Period
from evkit.console.selectors.curves import GAP_S
from evkit.console.selectors.limits import LimitSteps, limit_steps
from evkit.console.selectors.measured import COLUMNS, Number, Row, Values, fitting_width, measured_within
from evkit.console.selectors.outages import Outage, outages_within

MOST_SESSIONS: Final = 400
"""More bands than that are no bands any more."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Values over time: `times` in epoch seconds, by column the values in base units, None where none is.

    `gap_s` tells by column beyond which silence a line is broken; `limits` holds the limit at each time.
    `step_s` is the length of the roll-ups that were read, 0 for raw samples. While there are more sessions
    than can be drawn, none is.
    """

    times: Sequence[float]
    values: Mapping[str, Sequence[Number]]
    gap_s: Mapping[str, float]
    limits: Mapping[LimitKind, Sequence[Number]]
    sessions: Sequence[Transaction]
    outages: Sequence[Outage]
    reduced: bool
    step_s: int


def connector_curves(evse: Evse, period: Period, *, width: int, voltage_v: float) -> Curves:
    """Return the curves of a connector for a plot `width` pixels wide."""
    measured = measured_within((evse.charge_point_id, evse.number), period, fitting_width(width))
    steps = {
        kind: limit_steps(evse, kind, period.since, period.until, voltage_v)
        for kind in (LimitKind.REQUESTED, LimitKind.ACCEPTED)
    }
    complete = with_marks(measured.rows, _marks(measured.rows, steps.values(), period))
    times = [at for at, _values in complete]
    columns = zip(*(values for _at, values in complete), strict=True)
    by_column = dict(zip(COLUMNS, columns, strict=True))
    return Curves(
        times=times,
        values=by_column,
        gap_s={column: allowed_silence(times, series) for column, series in by_column.items()},
        limits={kind: [each.at(at) for at in times] for kind, each in steps.items()},
        sessions=sessions_within({evse.pk: evse.charge_point_id}, period),
        outages=outages_within([evse.charge_point_id], period),
        reduced=measured.reduced,
        step_s=measured.step_s,
    )


def sessions_within(evses: Mapping[int, int], period: Period) -> list[Transaction]:
    """Return the transactions that overlap a period, oldest first; none if too many.

    `evses` are the connectors with their charge points, by which transactions are found in order.
    """
    rows = Transaction.objects.filter(charge_point_id__any_of=list(set(evses.values())))
    rows = rows.filter(evse_id__any_of=list(evses), started_at__lt=period.until)
    rows = rows.exclude(ended_at__lt=period.since).select_related("vehicle", "evse", "charge_point__site")
    found = list(rows.order_by("started_at")[: MOST_SESSIONS + 1])
    return found if len(found) <= MOST_SESSIONS else []


def _marks(rows: Sequence[Row], steps: Iterable[LimitSteps], period: Period) -> list[float]:
    """Return further times that the curves need: ends, silences, changes of limits."""
    start, end = period.since.timestamp(), period.until.timestamp()
    marks = [start, end]
    marks += silences([at for at, _values in rows])
    for each in steps:
        marks += each.changes_within(start, end)
    return marks


def silences(times: Sequence[float]) -> list[float]:
    """Return the middles of the stretches, much longer than usual, in which nothing was measured."""
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    usual = max(GAP_S, 2 * steps[len(steps) // 2]) if steps else GAP_S
    return [(a + b) / 2 for a, b in pairwise(times) if b - a > usual]


def with_marks(rows: Iterable[Row], marks: Iterable[float]) -> list[Row]:
    """Add times without a measurement to rows, in the order of time, each time once."""
    nothing: Values = (None,) * len(COLUMNS)
    by_time = dict.fromkeys(marks, nothing)
    merged: dict[float, Values] = {}
    for at, values in rows:
        before = merged.get(at, nothing)
        merged[at] = tuple(new if new is not None else old for new, old in zip(values, before, strict=True))
    return sorted((by_time | merged).items())


def allowed_silence(times: Sequence[float], values: Sequence[Number]) -> float:
    """Return beyond how many seconds without a value a line is broken: three times the usual distance."""
    told = [at for at, value in zip(times, values, strict=True) if value is not None]
    steps = sorted(later - earlier for earlier, later in pairwise(told))
    return max(GAP_S, 3 * steps[len(steps) // 2]) if steps else float(GAP_S)
