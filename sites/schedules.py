"""Reads of the groups of sites with their schedules (R20)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sites.calendar import HORIZON, Calendar
from sites.exceptions import Weekly
from sites.models import ScheduleGroup
from sites.types import HolidayRule


def with_calendars(groups: QuerySet[ScheduleGroup]) -> QuerySet[ScheduleGroup]:
    """Add what `calendar_of` needs (one query more)."""
    return groups.select_related("site", "schedule").prefetch_related("exceptions")


def calendar_of(group: ScheduleGroup, since: datetime, until: datetime) -> Calendar:
    """Return the calendar of a group (read by `with_calendars`), good for windows in [since, until)."""
    exceptions = [each.other_hours for each in group.exceptions.all()]
    weekly = Weekly(group.weekly_ranges, exceptions, HolidayRule(group.on_holidays))
    return weekly.calendar(ZoneInfo(group.site.timezone), group.site.holiday_region, since, until)


def around(at: datetime) -> tuple[datetime, datetime]:
    """Return the time that must be looked at to know how a schedule stands at a moment."""
    return at - HORIZON, at + HORIZON
