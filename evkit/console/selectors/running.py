"""How many transactions ran at once, over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Max, Min

from evkit.console.periods import Period
from evkit.core.buckets import Epoch
from history.models import RunningRollup
from history.rollups import running
from history.rollups.running import QUARTER_S, Level, changes_within, counted_until, highest_and_last
from history.rollups.stretches import moment_of

MOST_LEVELS: Final = 1600
"""Of more, each pixel keeps its highest number and its last."""


def running_levels(site_id: int, members: Sequence[int], period: Period, *, bucket_s: int) -> list[Level]:
    """Return how many transactions of a site's charge points ran in a period; none if none did.

    To the second, unless a stretch of `bucket_s` seconds is whole quarters of an hour: then it has the
    highest number of its quarters and the last one, as far as they are counted. So it has where there are
    more changes than can be drawn.
    """
    since_s, until_s = int(period.since.timestamp()), int(period.until.timestamp()) + 1
    edge_s = counted_until(site_id, members)
    number = running.running_at(site_id, members, since_s, edge_s)
    levels: list[Level] = [(since_s, number)]
    begin_s, end_s = -(-since_s // QUARTER_S) * QUARTER_S, min(until_s, edge_s or 0) // QUARTER_S * QUARTER_S
    if bucket_s % QUARTER_S == 0 and begin_s < end_s:
        levels += running.levels_after(number, changes_within(members, since_s, begin_s))
        levels += _counted(site_id, begin_s, end_s, bucket_s)
        since_s, number = end_s, levels[-1][1]
    levels += running.levels_after(number, changes_within(members, since_s, until_s))
    if not any(number for _at, number in levels):
        return []
    return levels if len(levels) <= MOST_LEVELS else list(_reduced(levels, bucket_s))


def running_at(levels: Sequence[Level], times: Sequence[float]) -> list[int]:
    """Return how many transactions run at these times (epoch seconds, none before the first level)."""
    moments = [at for at, _number in levels]
    return [levels[max(bisect_right(moments, at) - 1, 0)][1] for at in times]


def _counted(site_id: int, begin_s: int, end_s: int, bucket_s: int) -> Iterator[Level]:
    """Yield of every stretch the highest number, where its quarters begin, and the last, as they end."""
    rows = RunningRollup.objects.filter(site_id=site_id)
    within = rows.filter(at__gte=moment_of(begin_s, 1), at__lt=moment_of(end_s, 1))
    grouped = within.annotate(bucket=Epoch("at", bucket_s=bucket_s)).values("bucket")
    ends = grouped.annotate(start=Min("at"), end=Max("at"), most=Max("high")).order_by("bucket")
    found = list(ends.values_list("start", "end", "most"))
    lasts = dict(rows.filter(at__in=[end for _start, end, _most in found]).values_list("at", "last"))
    for start, end, most in found:
        yield start.timestamp(), most
        if lasts[end] != most:
            yield end.timestamp() + QUARTER_S - 1, lasts[end]


def _reduced(levels: Sequence[Level], bucket_s: int) -> Iterator[Level]:
    for _bucket, highest, last in highest_and_last(levels, bucket_s):
        yield highest
        if last[1] != highest[1]:
            yield last
