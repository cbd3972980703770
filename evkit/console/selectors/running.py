"""How many transactions ran at once, over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.db.models import Q, QuerySet

from charging.models import Transaction
from evkit.console.periods import Period
from evkit.core.buckets import Epoch

MOST_LEVELS: Final = 1600
"""Of more, each pixel keeps its highest number and its last."""

Level = tuple[float, int]
"""From when on (epoch seconds), how many transactions run."""


def running_levels(members: Collection[int], period: Period, *, bucket_s: int) -> list[Level]:
    """Return how many transactions of charge points ran in a period, to the second; none if none did.

    Where the number changes too often to be drawn, every stretch of `bucket_s` seconds has its highest number
    and its last one.
    """
    rows = Transaction.objects.filter(evse__charge_point_id__in=list(members)).order_by()
    since, until = period.since, period.until
    number = rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=since), started_at__lte=since).count()
    ended = _seconds(rows.filter(ended_at__gt=since, ended_at__lte=until), "ended_at")
    started = _seconds(rows.filter(started_at__gt=since, started_at__lte=until), "started_at")
    if not number and not started:
        return []
    levels: list[Level] = [(since.timestamp(), number)]
    for at, more in sorted([*((at, -1) for at in ended), *((at, 1) for at in started)]):
        number += more
        levels.append((at, number))
    return levels if len(levels) <= MOST_LEVELS else list(_highest_and_last(levels, bucket_s))


def running_at(levels: Sequence[Level], times: Sequence[float]) -> list[int]:
    """Return how many transactions run at these times (epoch seconds, none before the first level)."""
    moments = [at for at, _number in levels]
    return [levels[max(bisect_right(moments, at) - 1, 0)][1] for at in times]


def _seconds(rows: QuerySet[Transaction], field: str) -> list[int]:
    return list(rows.annotate(second=Epoch(field, bucket_s=1)).values_list("second", flat=True))


def _highest_and_last(levels: Sequence[Level], bucket_s: int) -> Iterator[Level]:
    for _bucket, group in groupby(levels, key=lambda level: level[0] // bucket_s):
        within = list(group)
        highest, last = max(within, key=itemgetter(1)), within[-1]
        yield highest
        if last[1] != highest[1]:
            yield last
