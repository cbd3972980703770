"""What transactions sum up to in a period, worked out by the database in one pass for each table.

A transaction belongs to the period in which it started; connectors are occupied by it in every period.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Least, TruncDay, TruncHour, TruncMonth, TruncWeek

from charging.models import Transaction
from evkit.console.reporting.period import Bucket

EMPTY_WH: Final = 100.0
"""A charge that ended with less energy served nobody."""
LONGEST: Final = timedelta(days=31)
"""Transactions that began earlier than this before the period do not count in it."""
TRUNCATE: Final = {
    Bucket.HOUR: TruncHour,
    Bucket.DAY: TruncDay,
    Bucket.WEEK: TruncWeek,
    Bucket.MONTH: TruncMonth,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A period to report on: from `since` to `until`, of which only what lies before `now` is over."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def end(self) -> datetime:
        """The end of what is over; never before the beginning."""
        return max(self.since, min(self.until, self.now))

    @property
    def elapsed_s(self) -> float:
        """How much of it is over, in s."""
        return (self.end - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Charges:
    """Energies in Wh, power in W; `busy_s` is how long connectors were occupied, in s.

    `energy_wh` is what can be trusted; `left_out` transactions with `left_out_wh` measured are not in it.
    `empty` ended without energy; `first_at` is when the first one began that took some of the time.
    """

    count: int = 0
    energy_wh: float = 0.0
    left_out: int = 0
    left_out_wh: float = 0.0
    busy_s: float = 0.0
    peak_w: float | None = None
    empty: int = 0
    first_at: datetime | None = None

    def __add__(self, other: Charges) -> Charges:
        peaks = [peak for peak in (self.peak_w, other.peak_w) if peak is not None]
        return Charges(
            self.count + other.count,
            self.energy_wh + other.energy_wh,
            self.left_out + other.left_out,
            self.left_out_wh + other.left_out_wh,
            self.busy_s + other.busy_s,
            max(peaks, default=None),
            self.empty + other.empty,
            min((at for at in (self.first_at, other.first_at) if at is not None), default=None),
        )


def charges_by(key: str, point_ids: Collection[int], span: Span, **only: object) -> dict[Any, Charges]:
    """Return the charges of charge points by a field of the transactions, in one query.

    `only` narrows the transactions further.
    """
    rows = _touching(point_ids, span).filter(**only)
    end = Least(Coalesce("ended_at", Value(span.end)), Value(span.end), output_field=DateTimeField())
    begin = Greatest("started_at", Value(span.since), output_field=DateTimeField())
    busy = ExpressionWrapper(end - begin, output_field=DurationField())
    there = Q(ended_at=None) | Q(ended_at__gt=span.since)
    taken = {"busy": Sum(busy, filter=there), "first": Min("started_at", filter=there)}
    found = rows.values(key).annotate(**_sums(span), **taken).order_by()
    return {row[key]: _charges(row) for row in found}


def charges_over_time(
    bucket: Bucket, point_ids: Collection[int], span: Span, zone: tzinfo, **only: object
) -> dict[datetime, Charges]:
    """Return the charges that started in each stretch of the period; empty stretches are left out."""
    rows = _touching(point_ids, span).filter(started_at__gte=span.since, **only)
    begun = rows.annotate(stretch=TRUNCATE[bucket]("started_at", tzinfo=zone))
    found = begun.values("stretch").annotate(**_sums(span)).order_by()
    return {row["stretch"]: _charges(dict(row)) for row in found}


def energy_by_site(
    bucket: Bucket, point_ids: Collection[int], span: Span, zone: tzinfo
) -> dict[tuple[datetime, int], float]:
    """Return the energy that counts, in Wh, by stretch of the period and site, where there is any."""
    rows = _touching(point_ids, span).filter(started_at__gte=span.since)
    begun = rows.annotate(stretch=TRUNCATE[bucket]("started_at", tzinfo=zone))
    energy = _sums(span)["energy"]
    found = begun.values("stretch", "charge_point__site_id").annotate(energy=energy).order_by()
    return {(row["stretch"], row["charge_point__site_id"]): row["energy"] for row in found}


def _touching(point_ids: Collection[int], span: Span) -> QuerySet[Transaction]:
    return Transaction.objects.filter(
        charge_point_id__any_of=point_ids, started_at__gte=span.since - LONGEST, started_at__lt=span.until
    )


def _sums(span: Span) -> dict[str, Any]:
    begun = Q(started_at__gte=span.since)
    doubtful = Q(energy_suspect=True, corrected_wh=None)
    counted = Coalesce("corrected_wh", "energy_wh")
    idle = Q(ended_at__isnull=False) & (
        Q(corrected_wh__lt=EMPTY_WH) | Q(corrected_wh=None, energy_suspect=False, energy_wh__lt=EMPTY_WH)
    )
    return {
        "count": Count("number", filter=begun),
        "energy": Sum(counted, filter=begun & ~doubtful, default=0.0),
        "left_out": Count("number", filter=begun & doubtful),
        "left_out_sum": Sum("energy_wh", filter=begun & doubtful, default=0.0),
        "peak": Max("power_peak_w", filter=begun),
        "empty": Count("number", filter=begun & idle),
    }


def _charges(row: dict[str, Any]) -> Charges:
    busy: timedelta | None = row.get("busy")
    return Charges(
        count=row["count"],
        energy_wh=row["energy"],
        left_out=row["left_out"],
        left_out_wh=row["left_out_sum"],
        busy_s=busy.total_seconds() if busy else 0.0,
        peak_w=row["peak"],
        empty=row["empty"],
        first_at=row.get("first"),
    )
