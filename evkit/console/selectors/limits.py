"""Reads the limits that connectors had, as steps over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Final

from django.db.models import Max, QuerySet

from chargers.models import Evse
from charging.models import LimitChange
from charging.types import LimitKind
from evkit.console.selectors.overview import in_watts
from evkit.core.buckets import Epoch
from sites.limits import limit_steps as steps_of_site
from sites.models import Site

MOST_CHANGES: Final = 200

Step = tuple[float, float | None]
"""From when on (epoch seconds), which limit in W; None: no limit."""


@dataclass(frozen=True, slots=True)
class LimitSteps:
    """A limit over time; before its first step nothing is known."""

    steps: Sequence[Step]

    def at(self, moment: float) -> float | None:
        """Return the limit in W at a moment (epoch seconds)."""
        place = bisect_right(self.steps, moment, key=itemgetter(0))
        return self.steps[place - 1][1] if place else None

    def changes_within(self, start: float, end: float) -> list[float]:
        """Return the times of the changes inside a period."""
        return [at for at, _limit in self.steps if start < at < end]


def limit_steps(
    evse: Evse, kind: LimitKind, since: datetime, until: datetime, voltage_v: float
) -> LimitSteps:
    """Return the limit of a connector in a period, with the change in force at its start."""
    rows = LimitChange.objects.filter(evse=evse, kind=kind)
    before = rows.filter(at__lte=since).order_by("-at", "-pk")[:1]
    within = _thinned(rows.filter(at__gt=since, at__lte=until), until - since).order_by("at", "pk")
    return LimitSteps(
        [
            (row.at.timestamp(), in_watts(row.power_w, row.current_a, evse, voltage_v))
            for row in (*before, *within)
        ]
    )


def site_limits_at(site: Site, times: Sequence[float]) -> list[float | None]:
    """Return the limit of a site at these times (epoch seconds, in their order), in W."""
    if not times:
        return []
    since, until = (datetime.fromtimestamp(at, UTC) for at in (times[0], times[-1] + 60))
    steps = steps_of_site(site, since, until)
    starts = [moment.timestamp() for moment, _value in steps]
    return [steps[max(bisect_right(starts, at) - 1, 0)][1] for at in times]


def _thinned(rows: QuerySet[LimitChange], length: timedelta) -> QuerySet[LimitChange]:
    """Keep of many changes the last one of every stretch."""
    if len(rows.values_list("pk")[: MOST_CHANGES + 1]) <= MOST_CHANGES:
        return rows
    stretch_s = max(1, int(length.total_seconds()) // MOST_CHANGES)
    stretches = rows.order_by().annotate(stretch=Epoch("at", bucket_s=stretch_s)).values("stretch")
    last = stretches.annotate(last=Max("pk")).values_list("last", flat=True)
    return LimitChange.objects.filter(pk__in=list(last))
