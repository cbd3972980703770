"""Reads what a site drew beside its charge points, minute by minute (R35)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Avg

from charging.services.smart.base_load import FRESH, filled, total_w
from evkit.core.buckets import Epoch
from history.rollups.carrying import BUCKET_S
from sites.models import Site, SiteMeterReading

FRESH_MINUTES = int(FRESH.total_seconds()) // BUCKET_S
COLUMNS = ("power_w", "current_l1_a", "current_l2_a", "current_l3_a")


def base_minutes(site: Site, first: int, end: int) -> dict[int, float]:
    """Return the mean power in W of the minutes (since 1970) from `first` to `end`, where it is known.

    A reading holds until the next one, for as long as smart charging takes it for fresh.
    """
    readings = SiteMeterReading.objects.filter(
        site=site,
        at__gte=datetime.fromtimestamp((first - FRESH_MINUTES) * BUCKET_S, UTC),
        at__lt=datetime.fromtimestamp((end + 1) * BUCKET_S, UTC),
    )
    by_minute = readings.order_by().annotate(minute=Epoch("at", bucket_s=BUCKET_S)).values("minute")
    means = by_minute.annotate(**{f"mean_{name}": Avg(name) for name in COLUMNS}).order_by("minute")
    known: dict[int, float] = {}
    for minute, *reading in means.values_list("minute", *(f"mean_{name}" for name in COLUMNS)):
        power = total_w(filled(tuple(reading)), site.voltage_v)
        known |= dict.fromkeys(range(minute, minute + FRESH_MINUTES + 1), power)
    return {minute: power for minute, power in known.items() if first <= minute <= end}
