"""Reads curves: the power of a site, and one session with its state of charge."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db.models import Avg

from chargers.models import ChargePoint, Connection, Evse
from charging.models import MeterSample, Transaction
from evkit.core.buckets import Epoch
from history.rollups.breaks import breaks_of
from history.rollups.carrying import BUCKET_S, carried
from sites.models import Site

HOURS = 6
WINDOWS = (1, 6, 12, 24)
SHORTEST_S = 600
MAX_POINTS = 1200
GAP_S = 180

Number = float | None


@dataclass(frozen=True, slots=True)
class SiteCurve:
    """Times in epoch seconds and power in W; None where nothing is known."""

    times: Sequence[int]
    power_w: Sequence[Number]


@dataclass(frozen=True, slots=True)
class SessionCurve:
    """Times in epoch seconds, power in W and state of charge in percent; None is a gap."""

    times: Sequence[float]
    power_w: Sequence[Number]
    soc_percent: Sequence[Number]


def site_curve(site: Site, now: datetime, hours: int = HOURS) -> SiteCurve:
    """Return the power of a site over the last hours, one point per minute.

    It begins where something is known, at most `hours` and at least ten minutes ago.
    A connector's last value is carried on until the next is overdue, its charge ends or its charge point is
    cut off. Where no connector reports, the power
    is 0 while a charge point was connected, else unknown.
    """
    end = int(now.timestamp()) // BUCKET_S
    start = end - hours * 3600 // BUCKET_S
    points = list(ChargePoint.objects.of_site(site).values_list("pk", flat=True))
    start_s, end_s = start * BUCKET_S, (end + 1) * BUCKET_S
    power = carried(bucket_powers(points, start_s, end_s), end, breaks_of(points, start_s, end_s))
    known = connected_minutes(points, start_s, now)
    told = min([*power, *known, end])
    buckets = range(max(start, min(told, end - SHORTEST_S // BUCKET_S)), end + 1)
    return SiteCurve(
        times=[bucket * BUCKET_S for bucket in buckets],
        power_w=[power.get(bucket, 0.0 if bucket in known else None) for bucket in buckets],
    )


def chosen_hours(text: str) -> int:
    """Return the hours of a window that may be chosen; the usual ones for anything else."""
    return next((hours for hours in WINDOWS if str(hours) == text), HOURS)


def bucket_powers(points: Collection[int], start_s: int, end_s: int) -> Iterable[tuple[int, int, int, float]]:
    """Return (charge point, connector, minute since 1970, mean power) of samples, from epoch seconds on."""
    samples = MeterSample.objects.filter(
        charge_point_id__in=points,
        evse_number__gte=1,
        measured_at__gte=datetime.fromtimestamp(start_s, UTC),
        measured_at__lt=datetime.fromtimestamp(end_s, UTC),
        power_w__isnull=False,
    )
    grouped = samples.annotate(bucket=Epoch("measured_at", bucket_s=BUCKET_S)).values(
        "charge_point_id", "evse_number", "bucket"
    )
    return (
        grouped.annotate(mean=Avg("power_w"))
        .order_by("charge_point_id", "evse_number", "bucket")
        .values_list("charge_point_id", "evse_number", "bucket", "mean")
    )


def connected_minutes(points: Collection[int], start_s: int, now: datetime) -> frozenset[int]:
    """Return the minutes since 1970 from a moment on in which one of the charge points was connected."""
    since = datetime.fromtimestamp(start_s, UTC)
    overlapping = Connection.objects.filter(charge_point__in=points).exclude(closed_at__lt=since)
    return connected_buckets(overlapping, since, now)


def connected_buckets(connections: Iterable[Connection], since: datetime, now: datetime) -> frozenset[int]:
    """Return the buckets in which at least one charge point was connected."""
    known: set[int] = set()
    for row in connections:
        first = int(max(row.opened_at, since).timestamp()) // BUCKET_S
        last = int((row.closed_at or now).timestamp()) // BUCKET_S
        known.update(range(first, last + 1))
    return frozenset(known)


def session_curve(evse: Evse, transaction: Transaction | None, now: datetime) -> SessionCurve:
    """Return the samples of a transaction; without one, those of the last hour."""
    samples = MeterSample.objects.filter(charge_point_id=evse.charge_point_id, evse_number=evse.number)
    start = transaction.started_at if transaction else now - timedelta(hours=1)
    samples = samples.filter(measured_at__gte=start - timedelta(minutes=1))
    if transaction is not None and transaction.ended_at is not None:
        samples = samples.filter(measured_at__lte=transaction.ended_at + timedelta(minutes=1))
    rows = samples.order_by("measured_at").values_list("measured_at", "power_w", "soc_percent")
    return with_gaps([(at.timestamp(), power, soc) for at, power, soc in rows.iterator()])


def with_gaps(rows: Sequence[tuple[float, Number, Number]]) -> SessionCurve:
    """Thin out a long series and break the line where samples are missing."""
    thinned = thin(rows, MAX_POINTS)
    times: list[float] = []
    power: list[Number] = []
    soc: list[Number] = []
    allowed = max(GAP_S, 3 * _typical_step(thinned))
    for at, watts, percent in thinned:
        if times and at - times[-1] > allowed:
            times.append(at - 1)
            power.append(None)
            soc.append(None)
        times.append(at)
        power.append(watts)
        soc.append(percent)
    return SessionCurve(times, power, soc)


def _typical_step(rows: Sequence[tuple[float, Number, Number]]) -> float:
    """Return the median distance of samples in seconds."""
    steps = sorted(b[0] - a[0] for a, b in pairwise(rows))
    return steps[len(steps) // 2] if steps else 0.0


def thin(rows: Sequence[tuple[float, Number, Number]], limit: int) -> Sequence[tuple[float, Number, Number]]:
    """Keep at most about `limit` rows: of every stretch the lowest and the highest power."""
    if len(rows) <= limit:
        return rows
    size = -(-2 * len(rows) // limit)
    kept = []
    for first in range(0, len(rows), size):
        stretch = rows[first : first + size]
        low = min(stretch, key=lambda row: (row[1] or 0.0, row[0]))
        high = max(stretch, key=lambda row: (row[1] or 0.0, row[0]))
        kept += sorted({low, high})
    return kept
