"""How many transactions of charge points run at once: every change, and what is kept of many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Final

from django.db.models import F, Min, Q, QuerySet

from charging.models import Transaction
from evkit.core.buckets import Epoch
from history.models import RunningDue, RunningRollup, RunningState
from history.rollups.stretches import moment_of

QUARTER_S: Final = 900

Change = tuple[int, int]
"""A second since 1970, and how many more (1) or fewer (-1) run from then on."""

Level = tuple[float, int]
"""From when on (seconds since 1970), how many transactions run."""


def changes_within(members: Collection[int], since_s: int, until_s: int) -> list[Change]:
    """Return the starts and ends from `since_s` to before `until_s`, ends before starts of the same second.

    What ended before it began, by a clock that was wrong, is left out.
    """
    since, until = moment_of(since_s, 1), moment_of(until_s, 1)
    rows = _transactions(members)
    ended = _seconds(rows.filter(ended_at__gte=since, ended_at__lt=until), "ended_at")
    started = _seconds(rows.filter(started_at__gte=since, started_at__lt=until), "started_at")
    return sorted([*((at, -1) for at in ended), *((at, 1) for at in started)])


def running_at(site_id: int, members: Collection[int], at_s: int, edge_s: int | None) -> int:
    """Return how many transactions ran just before a second; `edge_s` is that of `counted_until`."""
    if edge_s is None:
        at = moment_of(at_s, 1)
        going = Q(ended_at__isnull=True) | Q(ended_at__gte=at)
        return _transactions(members).filter(going, started_at__lt=at).count()
    known_s = min(at_s, edge_s) // QUARTER_S * QUARTER_S
    kept = RunningRollup.objects.filter(site_id=site_id, at__lt=moment_of(known_s, 1)).order_by("-at")
    number = kept.values_list("last", flat=True).first() or 0
    return number + sum(change for _at, change in changes_within(members, known_s, at_s))


def levels_after(number: int, changes: Iterable[Change]) -> Iterator[Level]:
    """Yield the number that runs after every change."""
    for at, change in changes:
        number += change
        yield at, number


def highest_and_last(levels: Iterable[Level], bucket_s: int) -> Iterator[tuple[int, Level, Level]]:
    """Yield of every stretch with a change its number since 1970, the highest level and the last one."""
    for bucket, group in groupby(levels, key=lambda level: int(level[0] // bucket_s)):
        within = list(group)
        yield bucket, max(within, key=itemgetter(1)), within[-1]


def counted_until(site_id: int, members: Sequence[int]) -> int | None:
    """Return until when (seconds since 1970) the quarters of a site are right; None: there are none.

    That is the earliest start or end that came, moved or went since they were counted.
    """
    state = RunningState.objects.filter(pk=site_id, members=digest(members)).first()
    if state is None or state.counted_until is None:
        return None
    due = RunningDue.objects.filter(charge_point_id__any_of=members, since__lt=state.counted_until)
    earliest = due.aggregate(earliest=Min("since"))["earliest"] or state.counted_until
    return int(earliest.timestamp()) // QUARTER_S * QUARTER_S


def digest(members: Iterable[int]) -> str:
    """Return what tells one set of charge points from another."""
    return sha256(",".join(map(str, sorted(members))).encode()).hexdigest()


def _transactions(members: Collection[int]) -> QuerySet[Transaction]:
    rows = Transaction.objects.filter(charge_point_id__any_of=members).order_by()
    return rows.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")))


def _seconds(rows: QuerySet[Transaction], field: str) -> list[int]:
    return list(rows.annotate(second=Epoch(field, bucket_s=1)).values_list("second", flat=True))
