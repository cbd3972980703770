"""A whole report: figures of charge points, sites and vehicles, and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import reduce
from operator import add

from django.db.models import QuerySet

from chargers.models import ChargePoint
from charging.models import Vehicle
from evkit.console.reporting.charges import (
    Charges,
    Span,
    charges_by,
    charges_over_time,
    energy_by_site,
)
from evkit.console.reporting.peaks import peaks_of
from evkit.console.reporting.period import Bucket, ReportPeriod
from evkit.console.reporting.service_level import Availability, Unserved, availability_of, unserved_of
from sites.models import Site


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a charge point, or of several together.

    `occupiable_s` is the time of their connectors in which charges could take place, added up: of those
    charge points only that are known to have been there.
    """

    charges: Charges = field(default_factory=Charges)
    availability: Availability = field(default_factory=Availability)
    unserved: Unserved = field(default_factory=Unserved)
    occupiable_s: float = 0.0

    @property
    def occupancy(self) -> float | None:
        """How much of the time of the connectors was taken by charges, in percent."""
        whole = self.occupiable_s
        return min(100 * self.charges.busy_s / whole, 100.0) if whole > 0 else None

    @property
    def turned_away(self) -> int:
        """The requests that were not served."""
        return self.unserved.count

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.charges + other.charges,
            self.availability + other.availability,
            self.unserved + other.unserved,
            self.occupiable_s + other.occupiable_s,
        )


@dataclass(frozen=True, slots=True)
class PointLine:
    """One charge point of a report; `peak_w` is the highest power of its connectors together."""

    point: ChargePoint
    figures: Figures
    peak_w: float | None = None


@dataclass(frozen=True, slots=True)
class VehicleLine:
    """One vehicle of a report; None for the charges of unknown vehicles."""

    vehicle: Vehicle | None
    charges: Charges


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One stretch of the period, whether anything happened in it or not.

    `peak_w` is that of the one site, or of all together; `of_sites` are sites with their energies in Wh.
    """

    begin: datetime
    charges: Charges
    peak_w: float | None = None
    of_sites: Sequence[tuple[Site, float]] = ()


def point_lines(points: Sequence[ChargePoint], span: Span) -> list[PointLine]:
    """Return the figures of charge points, in their order."""
    ids = [point.pk for point in points]
    charges = charges_by("charge_point_id", ids, span)
    available = availability_of(ids, span)
    unserved = unserved_of(ids, span)
    peaks = peaks_of({point.site_id for point in points if point.site_id}, span)
    lines = []
    for point in points:
        own = charges.get(point.pk, Charges())
        refused = unserved.get(point.pk, Unserved()) + Unserved(empty=own.empty)
        figures = Figures(own, available[point.pk], refused, _occupiable_s(own, available[point.pk], span))
        lines.append(PointLine(point, figures, peaks.get((point.site_id or 0, point.pk))))
    return lines


def _occupiable_s(charges: Charges, available: Availability, span: Span) -> float:
    """Return the time of the connectors of a charge point in which charges could take place, in s.

    It begins when the charge point first connected, or with an earlier charge (imported, told late). One
    that never connected counts for the whole period if charges of it are known, else not at all.
    """
    if charges.first_at is None:
        return available.known_s
    if not available.known_s:
        return available.connectors * span.elapsed_s
    charged_s = (span.end - max(span.since, charges.first_at)).total_seconds()
    return max(available.known_s, available.connectors * charged_s)


def together(lines: Sequence[PointLine]) -> Figures:
    """Return the figures of charge points together."""
    return reduce(add, (line.figures for line in lines), Figures())


def vehicle_lines(point_ids: Sequence[int], span: Span) -> list[VehicleLine]:
    """Return the vehicles that charged, those with the most energy first; unknown ones last."""
    charges = {pk: one for pk, one in charges_by("vehicle_id", point_ids, span).items() if one.count}
    known = Vehicle.objects.in_bulk([pk for pk in charges if pk is not None])
    ordered = sorted(charges.items(), key=lambda each: (each[0] is None, -each[1].energy_wh))
    return [VehicleLine(known.get(pk), one) for pk, one in ordered]


def time_lines(
    period: ReportPeriod,
    point_ids: Sequence[int],
    span: Span,
    zone: tzinfo,
    *,
    peaks: Mapping[datetime, float],
    sites: Sequence[Site] = (),
) -> list[TimeLine]:
    """Return every stretch of the period in order, those without a charge as well.

    The energy of `sites` is told one by one.
    """
    found = charges_over_time(period.bucket, point_ids, span, zone)
    energies = energy_by_site(period.bucket, point_ids, span, zone) if sites else {}
    return [
        TimeLine(
            begin,
            found.get(begin, Charges()),
            peaks.get(begin),
            [(site, energies.get((begin, site.pk), 0.0)) for site in sites],
        )
        for begin in stretches(period, zone)
    ]


def stretches(period: ReportPeriod, zone: tzinfo) -> list[datetime]:
    """Return where the stretches of a period begin; weeks on Mondays, hours by the clock that runs on."""
    begins = []
    moment = period.since.astimezone(zone)
    if period.bucket is Bucket.WEEK:
        moment -= timedelta(days=moment.weekday())
    if period.bucket is Bucket.MONTH:
        moment = moment.replace(day=1)
    while moment < period.until:
        begins.append(moment)
        moment = _next(moment, period.bucket, zone)
    return begins


def _next(moment: datetime, bucket: Bucket, zone: tzinfo) -> datetime:
    if bucket is Bucket.HOUR:
        return datetime.fromtimestamp(moment.timestamp() + 3600, zone)
    if bucket is Bucket.MONTH:
        year, month = divmod(moment.year * 12 + moment.month, 12)
        return moment.replace(year=year, month=month + 1)
    return moment + timedelta(days=7 if bucket is Bucket.WEEK else 1)


def points_of(rows: QuerySet[ChargePoint]) -> list[ChargePoint]:
    """Return charge points in the order of a report: by site, then as everywhere."""
    return list(rows.select_related("site").order_by("site__code", "position", "identity"))
