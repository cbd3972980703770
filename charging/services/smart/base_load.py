"""What a site draws beside its charge points, from its own meter (R35)."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class BaseLoad:
    """What a site draws beside its charge points.

    Attributes:
        at: the time of the latest reading, by the meter's clock.
        told: that reading; a phase that it does not tell counts as the fullest one.
        counts: what limits count: the same while it is fresh, at least the one before it where that told more
            phases or quantities; the worst of the day before it afterwards.
    """

    at: datetime
    told: Reading
    counts: Reading
    fresh: bool


def add_base_load(
    base: Floats, site: Site, load: BaseLoad | None, network: Network, nodes: frozenset[str]
) -> None:
    """Add what a site draws beside its charge points to the limits of these circuits."""
    reading = load.counts if load else (None,) * 4
    for index, limit in enumerate(network.limits):
        if limit.node in nodes:
            base[index] += _of_limit(limit, reading, site.voltage_v)


def base_load_w(site: Site, load: BaseLoad | None) -> float:
    """Return in W what a site draws beside its charge points, of what its meter tells."""
    return total_w(load.counts, site.voltage_v) if load else 0.0


def base_load(site: Site, now: datetime) -> BaseLoad | None:
    """Return what the site's meter told, and what of it counts; None where it told nothing that may count."""
    names = ("power_w", "current_l1_a", "current_l2_a", "current_l3_a")
    readings = SiteMeterReading.objects.filter(site=site, at__lte=now + FURTHEST_AHEAD)
    if site.meter_since is not None:
        readings = readings.filter(at__gt=site.meter_since)
    latest = list(readings.order_by("-at").values_list("at", *names)[:2])
    if not latest:
        return None
    at, *values = latest[0]
    told = filled(tuple(values))
    if now - at <= FRESH:
        before = [tuple(former) for at, *former in latest[1:] if now - at <= FRESH]
        counts = _at_least(tuple(values), before[0], site.voltage_v) if before else told
        return BaseLoad(at, told, counts, fresh=True)
    recent = readings.filter(at__gt=at - WORST_OF)
    worst = recent.aggregate(**{f"most_{name}": Max(name) for name in names})
    return BaseLoad(at, told, filled(tuple(worst[f"most_{name}"] for name in names)), fresh=False)


def _at_least(reading: Reading, before: Reading, voltage_v: float) -> Reading:
    """Let what a reading does not tell count as the one before told it, where that is more.

    The rest of its moment may be on its way in another message.
    """
    power_w, *currents = filled(reading)
    each_a = None if power_w is None else power_w / (3 * voltage_v)
    usual = (total_w((None, *currents), voltage_v), *(each_a if each is None else each for each in currents))
    return filled(
        tuple(
            max(former, least or 0.0) if told is None and former is not None else told
            for told, former, least in zip(reading, before, usual, strict=True)
        )
    )


def filled(reading: Reading) -> Reading:
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
