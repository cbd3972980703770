"""Keeps the roll-ups up to date: what was received since the last time, then what is due of the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Max, Min

from chargers.models import ChargePoint, Evse
from charging.models import MeterSample
from evkit.core.buckets import Epoch
from history.models import RollupDue, RollupState
from history.rollups.carrying import Place
from history.rollups.power import add_up
from history.rollups.rolling import roll
from history.rollups.stretches import HOUR_S, Stretch, moment_of
from history.rollups.summing import ranges_of

OVERLAP: Final = timedelta(minutes=2)
"""What was received so long before is looked at again: a commit may come later than its time of receipt."""

WINDOW: Final = timedelta(hours=1)
"""Receipts that are taken at once."""

STRETCH_H: Final = 14 * 24
"""So many hours of what is due of the past are taken at once, divided among the connectors."""


def roll_up(*, now: datetime, go_on: Callable[[], bool] = lambda: True) -> None:
    """Roll up what was received until `now`, then what is due, as long as `go_on` says so.

    The first time everything that is stored becomes due. Doing it twice changes nothing.
    """
    state = RollupState.objects.filter(pk=1).first()
    if state is None:
        make_due(until=now)
        state = RollupState.objects.get_or_create(pk=1, defaults={"taken_until": now})[0]
    while state.taken_until < now and go_on():
        until = min(now, state.taken_until + WINDOW)
        _take(_changed(state, until))
        RollupState.objects.filter(pk=1, taken_until__lt=until).update(taken_until=until)
        state.taken_until = until
    while go_on() and _take_due(state):
        pass


def make_due(*, until: datetime, since: datetime | None = None) -> int:
    """Make all that is stored (or what was measured from `since` on) due again; return the connectors."""
    due = list(_stored(since, until))
    RollupDue.objects.bulk_create(due)
    return len(due)


def _stored(since: datetime | None, until: datetime) -> Iterator[RollupDue]:
    places = set(Evse.objects.values_list("charge_point_id", "number"))
    places |= {(pk, 0) for pk in ChargePoint.objects.values_list("pk", flat=True)}
    for point, number in sorted(places):
        rows = MeterSample.objects.filter(charge_point_id=point, evse_number=number, measured_at__lt=until)
        if since is not None:
            rows = rows.filter(measured_at__gte=since)
        ends = rows.aggregate(oldest=Min("measured_at"), newest=Max("measured_at"))
        if ends["oldest"] is not None:
            end = ends["newest"] + timedelta(seconds=1)
            yield RollupDue(charge_point_id=point, evse_number=number, since=ends["oldest"], until=end)


def _changed(state: RollupState, until: datetime) -> Mapping[Place, set[int]]:
    """Return the minutes, since 1970, of which samples were received, by connector."""
    rows = MeterSample.objects.filter(received_at__gt=state.taken_until - OVERLAP, received_at__lte=until)
    if state.samples_from is not None:
        rows = rows.filter(measured_at__gte=state.samples_from)
    found = rows.annotate(minute=Epoch("measured_at", bucket_s=60)).order_by()
    minutes: dict[Place, set[int]] = defaultdict(set)
    for point, number, minute in found.values_list("charge_point_id", "evse_number", "minute").distinct():
        minutes[point, number].add(minute)
    return minutes


def _take(changed: Mapping[Place, set[int]]) -> None:
    hours_of = {place: {minute * 60 // HOUR_S for minute in minutes} for place, minutes in changed.items()}
    roll(
        [
            Stretch(place, hours, frozenset(changed[place] & set(range(hours[0] * 60, hours[1] * 60))))
            for place, needed in hours_of.items()
            for hours in ranges_of(needed)
        ]
    )
    add_up(hours_of)


def _take_due(state: RollupState) -> bool:
    """Roll up the next hours that are due, of all connectors at once; False if there are none."""
    if state.samples_from is not None:
        RollupDue.objects.filter(since__lt=state.samples_from).update(since=state.samples_from)
    RollupDue.objects.filter(until__lte=F("since")).delete()
    found = RollupDue.objects.aggregate(oldest=Min("since"), count=Count("pk"))
    if found["oldest"] is None:
        return False
    end = int(found["oldest"].timestamp()) // HOUR_S + max(1, STRETCH_H // found["count"])
    hours_of: dict[Place, set[int]] = defaultdict(set)
    for due in RollupDue.objects.filter(since__lt=moment_of(end, HOUR_S)):
        last = min(end, -(-int(due.until.timestamp()) // HOUR_S))
        hours_of[due.charge_point_id, due.evse_number].update(
            range(int(due.since.timestamp()) // HOUR_S, last)
        )
    roll([Stretch(place, run) for place, hours in hours_of.items() for run in ranges_of(hours)])
    add_up(hours_of)
    RollupDue.objects.filter(since__lt=moment_of(end, HOUR_S)).update(since=moment_of(end, HOUR_S))
    return True
