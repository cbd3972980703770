"""Counts how many transactions of every site ran at once, by quarter of an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Min

from chargers.models import ChargePoint
from charging.models import Transaction
from history.models import RunningDue, RunningRollup, RunningState
from history.rollups.running import (
    QUARTER_S,
    changes_within,
    digest,
    highest_and_last,
    levels_after,
    running_at,
)
from history.rollups.stretches import moment_of

LONGEST_S: Final = 31 * 86_400
"""So long a stretch is counted at once."""


def count_running(*, now: datetime, go_on: Callable[[], bool] = lambda: True) -> None:
    """Count the quarters that are over, and again those whose transactions changed, while `go_on` says so.

    Where charge points came or left, the whole of a site. Doing it twice changes nothing.
    """
    edge_s = _quarter(now)
    members_of = _members()
    RunningDue.objects.exclude(charge_point_id__in=ChargePoint.objects.exclude(site=None)).delete()
    changed = set(RunningDue.objects.values_list("charge_point_id", flat=True).distinct())
    states = {row.pk: row for row in RunningState.objects.all()}
    _forget(states.keys() - members_of.keys())
    for site_id, members in members_of.items():
        state = states.get(site_id)
        known = None if state is None else (state.counted_until, state.members)
        if known == (moment_of(edge_s, 1), digest(members)) and changed.isdisjoint(members):
            continue
        while go_on() and _step(site_id, members, edge_s):
            pass


def forget_counts() -> None:
    """Let everything be counted anew."""
    RunningState.objects.all().delete()


def _forget(sites: Collection[int]) -> None:
    if sites:
        RunningRollup.objects.filter(site_id__in=sites).delete()
        RunningState.objects.filter(pk__in=sites).delete()


def _members() -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = ChargePoint.objects.exclude(site=None).order_by("pk").values_list("site_id", "pk")
    for site_id, pk in rows:
        assert site_id is not None
        found[site_id].append(pk)
    return found


@transaction.atomic
def _step(site_id: int, members: Sequence[int], edge_s: int) -> bool:
    """Count the earliest stretch that is due; False if none is."""
    RunningState.objects.get_or_create(pk=site_id)
    state = RunningState.objects.select_for_update().get(pk=site_id)
    if state.counted_until is None or state.members != digest(members):
        _begin(state, members, edge_s)
    assert state.counted_until is not None
    counted_s = int(state.counted_until.timestamp())
    due = RunningDue.objects.filter(charge_point_id__any_of=members)
    due.filter(since__gte=state.counted_until).delete()
    known = due.filter(since__lt=state.counted_until).order_by("since")
    stretches = list(known.values_list("pk", "since", "until"))
    if stretches:
        first_s = _quarter(stretches[0][1])
        end_s = _end(stretches, first_s, counted_s)
        _count(site_id, members, first_s, end_s)
        _done([pk for pk, _since, _until in stretches], end_s)
        return True
    end_s = min(edge_s, counted_s + LONGEST_S)
    if end_s > counted_s:
        _count(site_id, members, counted_s, end_s)
        RunningState.objects.filter(pk=site_id).update(counted_until=moment_of(end_s, 1))
    return end_s < edge_s


def _begin(state: RunningState, members: Sequence[int], edge_s: int) -> None:
    RunningRollup.objects.filter(site_id=state.pk).delete()
    rows = Transaction.objects.filter(charge_point_id__any_of=members)
    oldest = rows.aggregate(oldest=Min("started_at"))["oldest"]
    state.counted_until = moment_of(edge_s if oldest is None else min(_quarter(oldest), edge_s), 1)
    state.members = digest(members)
    state.save()


def _end(stretches: Sequence[tuple[int, datetime, datetime | None]], first_s: int, counted_s: int) -> int:
    """Return until when the stretches that begin soon reach; at most `LONGEST_S`, and what is counted."""
    most_s = min(first_s + LONGEST_S, counted_s)
    ends = [
        counted_s if until is None else _quarter(until) + QUARTER_S
        for _pk, since, until in stretches
        if since < moment_of(most_s, 1)
    ]
    return min(max(*ends, first_s + QUARTER_S), most_s)


def _count(site_id: int, members: Sequence[int], first_s: int, end_s: int) -> None:
    """Write the quarters from `first_s` to before `end_s`; those before are right."""
    number = running_at(site_id, members, first_s, first_s)
    levels = levels_after(number, changes_within(members, first_s, end_s))
    rows = [
        RunningRollup(site_id=site_id, at=moment_of(quarter, QUARTER_S), high=highest[1], last=last[1])
        for quarter, highest, last in highest_and_last(levels, QUARTER_S)
    ]
    old = RunningRollup.objects.filter(
        site_id=site_id, at__gte=moment_of(first_s, 1), at__lt=moment_of(end_s, 1)
    )
    old.delete()
    RunningRollup.objects.bulk_create(rows, batch_size=1000)


def _done(due: Collection[int], end_s: int) -> None:
    """Take `due` off what is due as far as it is counted now; others came since it was read."""
    rows, end = RunningDue.objects.filter(pk__any_of=due), moment_of(end_s, 1)
    rows.filter(until__lt=end).delete()
    rows.filter(since__lt=end).update(since=end)


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // QUARTER_S * QUARTER_S
