"""Reads everything that a connector measured in a period, as curves of at most two points per pixel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Final

from django.db.models import Avg, Max, Min, QuerySet

from chargers.models import Evse
from charging.models import MeterSample, Transaction
from charging.types import LimitKind
from evkit.console.periods import Period
from evkit.console.selectors.curves import GAP_S
from evkit.console.selectors.limits import LimitSteps, limit_steps
from evkit.core.buckets import Epoch

COLUMNS: Final = (
    "power_w",
    "current_l1_a",
    "current_l2_a",
    "current_l3_a",
    "voltage_v",
    "soc_percent",
    "temperature_c",
    "energy_wh",
)
NARROWEST, WIDEST = 200, 4000

Number = float | None
Values = tuple[Number, ...]
Row = tuple[float, Values]


@dataclass(frozen=True, slots=True)
class ConnectorCurves:
    """Values over time: `times` in epoch seconds, by column the values in base units, None where none is.

    `gap_s` tells by column beyond which silence a line is broken; `limits` holds the limit at each time.
    """

    times: Sequence[float]
    values: Mapping[str, Sequence[Number]]
    gap_s: Mapping[str, float]
    limits: Mapping[LimitKind, Sequence[Number]]
    sessions: Sequence[Transaction]
    reduced: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """Lowest, mean and highest value of a column in a period."""

    low: float
    mean: float
    high: float


def samples_within(evse: Evse, period: Period) -> QuerySet[MeterSample]:
    """Return what a connector measured in a period."""
    return MeterSample.objects.filter(
        charge_point_id=evse.charge_point_id,
        evse_number=evse.number,
        measured_at__gte=period.since,
        measured_at__lte=period.until,
    )


def connector_curves(evse: Evse, period: Period, *, width: int, voltage_v: float) -> ConnectorCurves:
    """Return the curves of a connector for a plot `width` pixels wide.

    Where there are more samples, every pixel keeps its lowest and its highest value.
    """
    width = min(max(width, NARROWEST), WIDEST)
    samples = samples_within(evse, period)
    rows, reduced = _raw(samples, 2 * width), False
    if rows is None:
        rows, reduced = list(_reduced(samples, period, width)), True
    steps = {
        kind: limit_steps(evse, kind, period.since, period.until, voltage_v)
        for kind in (LimitKind.REQUESTED, LimitKind.ACCEPTED)
    }
    complete = with_marks(rows, _marks(rows, steps.values(), period))
    times = [at for at, _values in complete]
    columns = zip(*(values for _at, values in complete), strict=True)
    by_column = dict(zip(COLUMNS, columns, strict=True))
    return ConnectorCurves(
        times=times,
        values=by_column,
        gap_s={column: allowed_silence(times, series) for column, series in by_column.items()},
        limits={kind: [each.at(at) for at in times] for kind, each in steps.items()},
        sessions=sessions_within(evse, period),
        reduced=reduced,
    )


def sessions_within(evse: Evse, period: Period) -> list[Transaction]:
    """Return the transactions of a connector that overlap a period, oldest first."""
    rows = Transaction.objects.filter(evse=evse, started_at__lt=period.until)
    rows = rows.exclude(ended_at__lt=period.since).select_related("vehicle", "charge_point__site")
    return list(rows.order_by("started_at"))


def figures_within(evse: Evse, period: Period) -> dict[str, Figures]:
    """Return lowest, mean and highest of every column that was measured in a period."""
    wanted: dict[str, Any] = {}
    for column in COLUMNS:
        wanted |= {f"low_{column}": Min(column), f"mean_{column}": Avg(column), f"high_{column}": Max(column)}
    found = samples_within(evse, period).aggregate(**wanted)
    return {
        column: Figures(found[f"low_{column}"], found[f"mean_{column}"], found[f"high_{column}"])
        for column in COLUMNS
        if found[f"low_{column}"] is not None
    }


def _raw(samples: QuerySet[MeterSample], limit: int) -> list[Row] | None:
    """Return the samples as they are; None if there are more than `limit`."""
    rows = samples.order_by("measured_at", "fingerprint").values_list("measured_at", *COLUMNS)
    found = list(rows[: limit + 1])
    if len(found) > limit:
        return None
    return [(row[0].timestamp(), tuple(row[1:])) for row in found]


def _reduced(samples: QuerySet[MeterSample], period: Period, width: int) -> Iterator[Row]:
    """Yield for every pixel the lowest and the highest values, grouped in the database."""
    bucket_s = max(1, ceil(period.length.total_seconds() / width))
    ends: dict[str, Any] = {"first": Min("measured_at"), "last": Max("measured_at")}
    for column in COLUMNS:
        ends |= {f"low_{column}": Min(column), f"high_{column}": Max(column)}
    grouped = samples.annotate(bucket=Epoch("measured_at", bucket_s=bucket_s)).values("bucket")
    names = [f"{end}_{column}" for end in ("low", "high") for column in COLUMNS]
    rows = grouped.annotate(**ends).order_by("bucket").values_list("first", "last", *names)
    for first, last, *values in rows:
        low, high = tuple(values[: len(COLUMNS)]), tuple(values[len(COLUMNS) :])
        yield first.timestamp(), low
        if last > first:
            yield last.timestamp(), high


def _marks(rows: Sequence[Row], steps: Iterable[LimitSteps], period: Period) -> list[float]:
    """Return further times that the curves need: ends, silences, changes of limits."""
    start, end = period.since.timestamp(), period.until.timestamp()
    marks = [start, end]
    marks += [(a + b) / 2 for (a, _), (b, _) in pairwise(rows) if b - a > GAP_S]
    for each in steps:
        marks += each.changes_within(start, end)
    return marks


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
