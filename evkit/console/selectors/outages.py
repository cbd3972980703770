"""Reads when charge points were out of reach."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Min

from chargers.models import Connection
from evkit.console.periods import Period

MOST: Final = 200
"""The longest are kept."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a connection to any of the charge points."""

    start: datetime
    end: datetime


def outages_within(points: Collection[int], period: Period) -> list[Outage]:
    """Return when none of the charge points was connected in a period, from their first connection on."""
    rows = Connection.objects.filter(charge_point_id__in=list(points))
    first = rows.aggregate(first=Min("opened_at"))["first"]
    if first is None or first >= period.until:
        return []
    inside = rows.filter(opened_at__lt=period.until).exclude(closed_at__lt=period.since)
    times = inside.order_by("opened_at").values_list("opened_at", "closed_at")
    found = uncovered(
        ((opened, closed or period.until) for opened, closed in times.iterator()),
        max(first, period.since),
        period.until,
    )
    longest = sorted(found, key=lambda each: each.start - each.end)[:MOST]
    return sorted(longest, key=lambda each: each.start)


def uncovered(
    stretches: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[Outage]:
    """Return what stretches (in the order of their beginnings) leave open between two moments."""
    found = []
    reached = since
    for start, end in stretches:
        if start > reached:
            found.append(Outage(reached, min(start, until)))
        reached = max(reached, end)
    if reached < until:
        found.append(Outage(reached, until))
    return found
