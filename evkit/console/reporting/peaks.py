"""The highest power drawn at the same time: of sites and of charge points, from their added-up power."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db.models import Max, QuerySet, Sum

from evkit.console.reporting.charges import TRUNCATE, Span
from evkit.console.reporting.period import Bucket
from history.models import PowerRollup
from history.rollups.power import STEPS, WHOLE_SITE

QUARTER_S, HOUR_S = sorted(STEPS)


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest power, in W, and the beginning of the hour or quarter of an hour that it lies in."""

    power_w: float
    at: datetime


def peaks_of(site_ids: Collection[int], span: Span) -> dict[tuple[int, int], float]:
    """Return the highest minute in W by (site, charge point); the charge point of a whole site is 0."""
    rows = _within(span).filter(site_id__in=site_ids)
    found = rows.values("site_id", "charge_point_id").annotate(most=Max("high_w")).order_by()
    return {(row["site_id"], row["charge_point_id"]): row["most"] for row in found}


def peak_of_site(site_id: int, span: Span) -> Peak | None:
    """Return the highest minute of a site; the first of several that are as high."""
    rows = _within(span).filter(site_id=site_id, charge_point_id=WHOLE_SITE)
    found = rows.order_by("-high_w", "at").values_list("high_w", "at").first()
    return None if found is None else Peak(*found)


def peaks_over_time(bucket: Bucket, site_id: int, span: Span, zone: tzinfo) -> dict[datetime, float]:
    """Return the highest minute of a site in W in each stretch of a period; empty ones are left out."""
    rows = _within(span).filter(site_id=site_id, charge_point_id=WHOLE_SITE)
    begun = rows.annotate(stretch=TRUNCATE[bucket]("at", tzinfo=zone))
    found = begun.values("stretch").annotate(most=Max("high_w")).order_by("stretch")
    return {row["stretch"]: row["most"] for row in found}


def peaks_together(
    bucket: Bucket, site_ids: Collection[int], span: Span, zone: tzinfo
) -> dict[datetime, Peak]:
    """Return the highest quarter of an hour of several sites at the same time in each stretch of a period.

    That is the mean of the quarter: minutes are kept of single sites only. Empty stretches are left out.
    """
    rows = PowerRollup.objects.filter(step_s=QUARTER_S, at__gte=span.since, at__lt=span.end)
    mine = rows.filter(site_id__in=site_ids, charge_point_id=WHOLE_SITE)
    begun = mine.annotate(stretch=TRUNCATE[bucket]("at", tzinfo=zone))
    added = begun.values("at", "stretch").annotate(total_w=Sum("mean_w")).order_by("at")
    found: dict[datetime, Peak] = {}
    for at, stretch, total_w in added.values_list("at", "stretch", "total_w").iterator():
        if stretch not in found or total_w > found[stretch].power_w:
            found[stretch] = Peak(total_w, at)
    return found


def highest(peaks: Iterable[Peak]) -> Peak | None:
    """Return the highest of peaks; the first of several that are as high."""
    return max(peaks, key=lambda peak: (peak.power_w, -peak.at.timestamp()), default=None)


def _within(span: Span) -> QuerySet[PowerRollup]:
    """Return the hours of a period, its quarters where it does not begin and end with an hour of UTC."""
    whole = not any(moment.timestamp() % HOUR_S for moment in (span.since, span.until))
    step_s = HOUR_S if whole else QUARTER_S
    return PowerRollup.objects.filter(step_s=step_s, at__gte=span.since, at__lt=span.end)
