"""Reads where values of connectors stop to hold: their charge ended, or their charge point was cut off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from chargers.models import Connection
from charging.models import Transaction
from history.rollups.carrying import BUCKET_S, Breaks, Place
from history.rollups.stretches import moment_of

LONGEST: Final = timedelta(days=31)
"""The end of a charge that began longer ago is not looked for."""

Edge = tuple[float, int]
"""A moment in seconds since 1970 at which a charge begins (1) or ends (-1)."""


def breaks_of(points: Collection[int], start_s: int, end_s: int) -> Breaks:
    """Return the breaks of charge points between two moments in seconds since 1970."""
    since, until = moment_of(start_s, 1), moment_of(end_s, 1)
    stops: dict[Place, list[int]] = {}
    parts: dict[Place, dict[int, float]] = {}
    for place, edges in _edges(points, since, until).items():
        stops[place], parts[place] = ends_and_parts(edges)
    return Breaks(stops, parts, _cuts(points, since, until))


def ends_and_parts(edges: Iterable[Edge]) -> tuple[list[int], dict[int, float]]:
    """Return the minutes that end a charge for good, and which share of a minute was charged.

    The shares (0 to 1) are of those minutes in which a charge began or ended.
    """
    going: dict[int, int] = {}
    charged: dict[int, float] = {}
    running = 0
    for at, change in sorted(edges):
        minute = int(at // BUCKET_S)
        if minute not in charged:
            charged[minute] = float(running > 0)
        left = minute + 1 - at / BUCKET_S
        before, running = running > 0, max(running + change, 0)
        charged[minute] += left * ((running > 0) - before)
        going[minute] = running
    return [minute for minute, count in going.items() if not count], charged


def _edges(points: Collection[int], since: datetime, until: datetime) -> dict[Place, list[Edge]]:
    rows = Transaction.objects.filter(
        charge_point_id__in=points, started_at__gte=since - LONGEST, started_at__lt=until
    ).exclude(ended_at__lt=since)
    found: dict[Place, list[Edge]] = defaultdict(list)
    times = rows.values_list("charge_point_id", "evse__number", "started_at", "ended_at")
    for point, number, started, ended in times.iterator():
        found[point, number].append((started.timestamp(), 1))
        if ended is not None:
            found[point, number].append((ended.timestamp(), -1))
    return found


def _cuts(points: Collection[int], since: datetime, until: datetime) -> dict[int, list[int]]:
    """Return by charge point the minutes in which a connection ended."""
    rows = Connection.objects.filter(charge_point_id__in=points, closed_at__gte=since, closed_at__lt=until)
    found: dict[int, list[int]] = defaultdict(list)
    for point, closed in rows.order_by("closed_at").values_list("charge_point_id", "closed_at"):
        assert closed is not None
        found[point].append(int(closed.timestamp()) // BUCKET_S)
    return found
