"""Which connectors may charge now, by the schedules of their groups (R20).

A connector is usable when one of its groups is active; one without a group always is. Groups of a site that
it does not belong to do not count. What a running charge does when the schedule ends is the choice of the
group that was active last (`ScheduleGroup.at_end`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import F

from chargers.models import Evse
from charging.models import Transaction
from charging.services.smart.facts import ChargeFacts
from sites.calendar import Window, merged, standing
from sites.models import ScheduleGroup
from sites.schedules import around, calendar_of, with_calendars
from sites.types import AtEnd

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Usability:
    """How a connector with groups stands at a moment.

    Attributes:
        active: one of its groups is active.
        until: when that changes; None where it does not within eight days.
        ended_at: when the schedule ended that was active last, None where none was or one is.
        at_end: what becomes of a charge that was running then.
        groups: its groups, by number.
    """

    active: bool
    until: datetime | None
    ended_at: datetime | None
    at_end: AtEnd
    groups: tuple[ScheduleGroup, ...]

    def permits(self, charge: Transaction | ChargeFacts | None) -> bool:
        """Tell whether power may flow: to a running charge, or to a new one (None)."""
        if self.active:
            return True
        return charge is not None and self.at_end == AtEnd.FINISH and self._outlives(charge)

    def stops(self, charge: Transaction | ChargeFacts) -> bool:
        """Tell whether a running charge is to be stopped: its schedule ended, and its group says so."""
        return not self.active and self.at_end == AtEnd.STOP and self._outlives(charge)

    def _outlives(self, charge: Transaction | ChargeFacts) -> bool:
        """Tell whether a charge was running when the schedule ended."""
        return self.ended_at is not None and charge.started_at < self.ended_at


def usability(evse_ids: Iterable[int], at: datetime) -> dict[int, Usability]:
    """Return how connectors stand, by EVSE id; connectors without a group, always usable, are left out."""
    members: dict[int, list[int]] = {}
    links = Evse.groups.through.objects.filter(
        evse__in=list(evse_ids), schedulegroup__site=F("evse__charge_point__site")
    ).order_by("schedulegroup__number")
    for evse_id, group_id in links.values_list("evse_id", "schedulegroup_id"):
        members.setdefault(evse_id, []).append(group_id)
    wanted = {group_id for ids in members.values() for group_id in ids}
    groups = {group.pk: group for group in with_calendars(ScheduleGroup.objects.filter(pk__in=wanted))}
    since, until = around(at)
    windows = {pk: calendar_of(group, since, until).windows(since, until) for pk, group in groups.items()}
    return {evse_id: _joined([groups[pk] for pk in ids], windows, at) for evse_id, ids in members.items()}


def barred(running: Mapping[int, Transaction | ChargeFacts | None], at: datetime) -> frozenset[int]:
    """Return the connectors to which no power may flow, of those given with their open charge or None."""
    found = usability(running, at) if running else {}
    return frozenset(pk for pk, how in found.items() if not how.permits(running[pk]))


def _joined(
    groups: Sequence[ScheduleGroup], windows: Mapping[int, Sequence[Window]], at: datetime
) -> Usability:
    whole = standing(merged(each for group in groups for each in windows[group.pk]), at)
    last = max(groups, key=lambda group: _end_before(windows[group.pk], at))
    return Usability(whole.active, whole.until, whole.ended_at, AtEnd(last.at_end), tuple(groups))


def _end_before(windows: Sequence[Window], at: datetime) -> datetime:
    return max((window.end for window in windows if window.end <= at), default=NEVER)
