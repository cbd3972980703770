"""What a site draws beside its charge points, from its own meter (R35)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max

from charging.smart.network import TOTAL, Floats, Limit, Network
from sites.models import Site, SiteMeterReading
from sites.services.external import FURTHEST_AHEAD

FRESH: Final = timedelta(minutes=2)
WORST_OF: Final = timedelta(days=1)
"""While the meter is silent, the most that it showed in so long before counts, however long it is silent."""

Reading = tuple[float | None, ...]
"""Power in W and current per phase in A."""


def add_base_load(base: Floats, site: Site, network: Network, nodes: frozenset[str], now: datetime) -> None:
    """Add what a site draws beside its charge points to the limits of these circuits."""
    reading = _reading(site, now)
    for index, limit in enumerate(network.limits):
        if limit.node in nodes:
            base[index] += _of_limit(limit, reading, site.voltage_v)


def base_load_w(site: Site, now: datetime) -> float:
    """Return in W what a site draws beside its charge points."""
    return total_w(_reading(site, now), site.voltage_v)


def _reading(site: Site, now: datetime) -> Reading:
    """Return the latest reading, or the worst where that is stale."""
    names = ("power_w", "current_l1_a", "current_l2_a", "current_l3_a")
    readings = SiteMeterReading.objects.filter(site=site, at__lte=now + FURTHEST_AHEAD)
    latest = readings.order_by("-at").values_list("at", *names).first()
    if latest is None:
        return (None,) * 4
    if now - latest[0] <= FRESH:
        return _filled(tuple(latest[1:]))
    recent = readings.filter(at__gt=latest[0] - WORST_OF)
    worst = recent.aggregate(**{f"most_{name}": Max(name) for name in names})
    return _filled(tuple(worst[f"most_{name}"] for name in names))


def _filled(reading: Reading) -> Reading:
    """Let a phase that is not told count as the fullest one that is."""
    power_w, *currents = reading
    fullest = max((each for each in currents if each is not None), default=None)
    return power_w, *(fullest if each is None else each for each in currents)


def total_w(reading: Reading, voltage_v: float) -> float:
    """Return the power of a reading in W; from its currents where it has none. Feeding in counts as 0."""
    power_w, *currents = reading
    if power_w is not None:
        return max(power_w, 0.0)
    return max(sum(each or 0.0 for each in currents) * voltage_v, 0.0)


def _of_limit(limit: Limit, reading: Reading, voltage_v: float) -> float:
    power_w, *currents = reading
    if limit.phase == TOTAL:
        return total_w(reading, voltage_v)
    current = currents[limit.phase - 1]
    if current is not None:
        return max(current, 0.0)
    return max(power_w or 0.0, 0.0) / (3 * voltage_v)
