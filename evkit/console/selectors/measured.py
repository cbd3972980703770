"""Reads what a connector measured in a period: raw samples or roll-ups, whichever suits the plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final

from django.db.models import Count, F, FloatField, Max, Min, QuerySet, Sum

from charging.models import MeterSample
from evkit.console.periods import Period
from evkit.core.buckets import Epoch
from history.models import QuarterRollup, RollupState
from history.models.rollup import MEASURED, Rollup
from history.rollups.carrying import Place
from history.rollups.rolling import STEPS
from history.services.rollups import OVERLAP

COLUMNS: Final = MEASURED
NARROWEST, WIDEST = 200, 800
LONG: Final = timedelta(days=2)
"""Figures of longer periods come from quarters of an hour."""

_QUARTER_S: Final = 900

Number = float | None
Values = tuple[Number, ...]
Row = tuple[float, Values]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows (epoch seconds, values by column) in the order of time.

    Where there are more samples than two per pixel (`reduced`), each pixel has its lowest and its highest
    values; `step_s` is then the length of the roll-ups that they were taken from, 0 for raw samples.
    """

    rows: Sequence[Row]
    reduced: bool
    step_s: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Lowest, mean and highest value of a column in a period."""

    low: float
    mean: float
    high: float


def fitting_width(width: int) -> int:
    """Return for how many pixels curves are read, so that at most some 2,000 points are sent."""
    return min(max(width, NARROWEST), WIDEST)


def samples_within(place: Place, period: Period) -> QuerySet[MeterSample]:
    """Return what a connector measured in a period."""
    return MeterSample.objects.filter(
        charge_point_id=place[0],
        evse_number=place[1],
        measured_at__gte=period.since,
        measured_at__lte=period.until,
    )


def measured_within(place: Place, period: Period, width: int) -> Measured:
    """Return what a connector measured, for a plot `width` pixels wide: two points per pixel at most.

    Of roll-ups the longest are taken that are not longer than a pixel; what is not rolled up yet comes from
    the raw samples.
    """
    bucket_s = max(1, ceil(period.length.total_seconds() / width))
    step_s = max((step for step in STEPS if step <= bucket_s), default=0)
    samples = samples_within(place, period)
    if not step_s:
        raw = _raw(samples, 2 * width)
        rows = list(_reduced(samples, bucket_s)) if raw is None else raw
        return Measured(rows, raw is None, 0)
    edge = rolled_until()
    bucket_s = ceil(bucket_s / step_s) * step_s
    rows = [] if edge is None else list(_rolled(STEPS[step_s], step_s, place, period, bucket_s))
    if edge is None or edge < period.until:
        fresh = samples if edge is None else samples.filter(measured_at__gte=_floor(edge, step_s))
        rows += _reduced(fresh, bucket_s)
    return Measured(rows, reduced=True, step_s=step_s)


def rolled_until() -> datetime | None:
    """Return until when what was measured is rolled up, apart from what came late; None: nothing is."""
    taken = RollupState.objects.filter(pk=1).values_list("taken_until", flat=True).first()
    return None if taken is None else taken - OVERLAP


def figures_within(place: Place, period: Period) -> dict[str, Figures]:
    """Return lowest, mean and highest of every column that was measured in a period."""
    edge = rolled_until()
    if edge is None or period.length < LONG:
        return _figures([_totals_of_samples(samples_within(place, period))])
    since, until = _floor(period.since, _QUARTER_S, up=True), _floor(min(edge, period.until), _QUARTER_S)
    before = samples_within(place, period).filter(measured_at__lt=since)
    after = samples_within(place, period).filter(measured_at__gte=until)
    rows = QuarterRollup.objects.filter(
        charge_point_id=place[0], evse_number=place[1], at__gte=since, at__lt=until
    )
    return _figures([_totals_of_samples(before), _totals_of_rollups(rows), _totals_of_samples(after)])


Totals = dict[str, tuple[float, float, float, float]]
"""By column lowest, highest, sum and count."""


def _totals_of_samples(samples: QuerySet[MeterSample]) -> Totals:
    wanted = {name: (Min(name), Max(name), Sum(name), Count(name)) for name in COLUMNS}
    return _totals(samples, wanted)


def _totals_of_rollups(rows: QuerySet[Any]) -> Totals:
    wanted = {
        name: (
            Min(f"{name}_low"),
            Max(f"{name}_high"),
            Sum(F(f"{name}_mean") * F(f"{name}_count"), output_field=FloatField()),
            Sum(f"{name}_count"),
        )
        for name in COLUMNS
    }
    return _totals(rows, wanted)


def _totals(rows: QuerySet[Any], wanted: dict[str, tuple[Any, ...]]) -> Totals:
    parts = ("least", "most", "total", "number")
    named = {
        f"{part}_{name}": each
        for name, expressions in wanted.items()
        for part, each in zip(parts, expressions, strict=True)
    }
    found = rows.aggregate(**named)
    return {
        name: tuple(found[f"{part}_{name}"] for part in parts) for name in wanted if found[f"number_{name}"]
    }


def _figures(several: Sequence[Totals]) -> dict[str, Figures]:
    found = {}
    for name in COLUMNS:
        told = [totals[name] for totals in several if name in totals]
        if told:
            lows, highs, sums, counts = zip(*told, strict=True)
            found[name] = Figures(min(lows), sum(sums) / sum(counts), max(highs))
    return found


def _raw(samples: QuerySet[MeterSample], limit: int) -> list[Row] | None:
    """Return the samples as they are; None if there are more than `limit`."""
    rows = samples.order_by("measured_at", "fingerprint").values_list("measured_at", *COLUMNS)
    found = list(rows[: limit + 1])
    if len(found) > limit:
        return None
    return [(row[0].timestamp(), tuple(row[1:])) for row in found]


def _reduced(samples: QuerySet[MeterSample], bucket_s: int) -> Iterator[Row]:
    """Yield for every pixel the lowest and the highest values, grouped in the database."""
    grouped = samples.annotate(bucket=Epoch("measured_at", bucket_s=bucket_s)).values("bucket")
    ends: dict[str, Any] = {"start": Min("measured_at"), "end": Max("measured_at")}
    for column in COLUMNS:
        ends |= {f"least_{column}": Min(column), f"most_{column}": Max(column)}
    for start, end, low, high in _pairs(grouped, ends):
        yield start.timestamp(), low
        if end > start:
            yield end.timestamp(), high


def _rolled(model: type[Rollup], step_s: int, place: Place, period: Period, bucket_s: int) -> Iterator[Row]:
    """Yield for every pixel the lowest and the highest values of its roll-ups."""
    rows = model._default_manager.filter(  # noqa: SLF001 (Django's documented name)
        charge_point_id=place[0],
        evse_number=place[1],
        at__gte=_floor(period.since, step_s),
        at__lt=period.until,
    )
    grouped = rows.annotate(bucket=Epoch("at", bucket_s=bucket_s)).values("bucket")
    ends: dict[str, Any] = {"start": Min("at"), "end": Max("at")}
    for column in COLUMNS:
        ends |= {f"least_{column}": Min(f"{column}_low"), f"most_{column}": Max(f"{column}_high")}
    for start, end, low, high in _pairs(grouped, ends):
        if low == high:
            yield (start.timestamp() + end.timestamp() + step_s) / 2, low
            continue
        yield start.timestamp() + step_s / 4, low
        yield end.timestamp() + step_s * 3 / 4, high


def _pairs(
    grouped: QuerySet[Any], ends: dict[str, Any]
) -> Iterator[tuple[datetime, datetime, Values, Values]]:
    names = [f"{end}_{column}" for end in ("least", "most") for column in COLUMNS]
    rows = grouped.annotate(**ends).order_by("bucket").values_list("start", "end", *names)
    for start, end, *values in rows:
        yield start, end, tuple(values[: len(COLUMNS)]), tuple(values[len(COLUMNS) :])


def _floor(moment: datetime, step_s: int, *, up: bool = False) -> datetime:
    number = ceil(moment.timestamp() / step_s) if up else moment.timestamp() // step_s
    return datetime.fromtimestamp(number * step_s, UTC)
