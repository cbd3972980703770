"""What a site draws beside its charge points, from its own meter (R35)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import Max

from charging.smart.network import TOTAL, Floats, Limit, Network
from sites.models import Site, SiteMeterReading

FRESH: Final = timedelta(minutes=2)
WORST_OF: Final = timedelta(days=1)
"""While the meter is silent, the most that it showed for so long counts."""

ABOVE: Final = frozenset({"site", "project"})

Reading = tuple[float | None, ...]


def base_load(site: Site, network: Network, now: datetime) -> Floats:
    """Return the base load of every limit: on the site's and the project's, nothing further down."""
    reading = _reading(site, now)
    return np.array([_of_limit(limit, reading, site.voltage_v) for limit in network.limits], float)


def _reading(site: Site, now: datetime) -> Reading:
    """Return power in W and current per phase in A: the latest ones, or the worst where they are stale."""
    names = ("power_w", "current_l1_a", "current_l2_a", "current_l3_a")
    recent = SiteMeterReading.objects.filter(site=site, at__gt=now - WORST_OF)
    latest = recent.order_by("-at").values_list("at", *names).first()
    if latest is None:
        return (None,) * 4
    if now - latest[0] <= FRESH:
        return tuple(latest[1:])
    worst = recent.aggregate(**{f"most_{name}": Max(name) for name in names})
    return tuple(worst[f"most_{name}"] for name in names)


def _of_limit(limit: Limit, reading: Reading, voltage_v: float) -> float:
    if limit.node not in ABOVE:
        return 0.0
    power_w, *currents = reading
    if limit.phase == TOTAL:
        if power_w is not None:
            return max(power_w, 0.0)
        return max(sum(each or 0.0 for each in currents) * voltage_v, 0.0)
    current = currents[limit.phase - 1]
    if current is not None:
        return max(current, 0.0)
    return max(power_w or 0.0, 0.0) / (3 * voltage_v)
