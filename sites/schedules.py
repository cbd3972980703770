"""Reads of the groups of sites with their schedules (R20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sites.calendar import HORIZON, Calendar, Span
from sites.holiday_calendar import public_holidays
from sites.models import ScheduleException, ScheduleGroup
from sites.types import HolidayRule


def with_calendars(groups: QuerySet[ScheduleGroup]) -> QuerySet[ScheduleGroup]:
    """Add what `calendar_of` needs (one query more)."""
    return groups.select_related("site", "schedule").prefetch_related("exceptions")


def calendar_of(group: ScheduleGroup, since: datetime, until: datetime) -> Calendar:
    """Return the calendar of a group (read by `with_calendars`), good for windows in [since, until)."""
    zone = ZoneInfo(group.site.timezone)
    first = since.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    return Calendar(
        zone=zone,
        ranges=group.weekly_ranges,
        exceptions=_by_day(group.exceptions.all(), first, last),
        holidays=public_holidays(group.site.holiday_region, first, last),
        on_holidays=HolidayRule(group.on_holidays),
    )


def around(at: datetime) -> tuple[datetime, datetime]:
    """Return the time that must be looked at to know how a schedule stands at a moment."""
    return at - HORIZON, at + HORIZON


def _by_day(exceptions: Iterable[ScheduleException], first: date, last: date) -> dict[date, Sequence[Span]]:
    """Return the spans of each day that is an exception; of two for one day, the later one counts."""
    found: dict[date, Sequence[Span]] = {}
    for each in exceptions:
        day, final = max(each.first_day, first), min(each.last_day, last)
        while day <= final:
            found[day] = [(start, end) for start, end in each.spans]
            day += timedelta(days=1)
    return found
