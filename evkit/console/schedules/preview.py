"""The coming week of a site's groups, drawn as lines of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count

from sites.calendar import Standing, Window, standing
from sites.holiday_calendar import public_holidays
from sites.models import ScheduleGroup, Site
from sites.schedules import around, calendar_of, with_calendars
from sites.services.schedules import NUMBERS

DAYS_SHOWN: Final = 7
WIDTH: Final = 1000
"""Width of a line; positions are parts of it, whatever the size on the screen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A window on the line: where it begins and how long it is, of WIDTH."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day of the coming week: where it begins on the line; `note` names its holiday."""

    day: date
    x: float
    width: float
    note: str


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One of the ten groups: None as long as nobody has made it."""

    number: int
    group: ScheduleGroup | None
    how: Standing | None = None
    bars: tuple[Bar, ...] = ()
    connectors: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """The coming seven days, from today's midnight; `now_x` is the present moment on the line."""

    days: tuple[DayMark, ...]
    lines: tuple[GroupLine, ...]
    now_x: float


def preview_of(site: Site, now: datetime, number: int | None = None) -> Preview:
    """Return the coming week of all ten groups of a site, or of one."""
    zone = ZoneInfo(site.timezone)
    today = now.astimezone(zone).date()
    edges = [_midnight(today + timedelta(days=n), zone) for n in range(DAYS_SHOWN + 1)]
    wanted = list(NUMBERS) if number is None else [number]
    rows = with_calendars(ScheduleGroup.objects.filter(site=site, number__in=wanted))
    groups = {group.number: group for group in rows.annotate(members=Count("evses", distinct=True))}
    lines = (_line(n, groups.get(n), edges, now) for n in wanted)
    return Preview(_day_marks(site, today, edges), tuple(lines), _place(now, edges))


def _line(number: int, group: ScheduleGroup | None, edges: Sequence[datetime], now: datetime) -> GroupLine:
    if group is None:
        return GroupLine(number, None)
    since, until = around(now)
    windows = calendar_of(group, since, until).windows(since, until)
    members: int = group.members  # type: ignore[attr-defined]  # annotated in preview_of
    return GroupLine(number, group, standing(windows, now), tuple(_bars(windows, edges)), members)


def _bars(windows: Sequence[Window], edges: Sequence[datetime]) -> list[Bar]:
    shown = (each for each in windows if each.end > edges[0] and each.start < edges[-1])
    places = ((_place(each.start, edges), _place(each.end, edges)) for each in shown)
    return [Bar(start, round(end - start, 2)) for start, end in places]


def _place(at: datetime, edges: Sequence[datetime]) -> float:
    """Return where a moment lies on the line, at its ends what lies outside."""
    part = (at - edges[0]) / (edges[-1] - edges[0])
    return round(min(max(part, 0.0), 1.0) * WIDTH, 2)


def _day_marks(site: Site, today: date, edges: Sequence[datetime]) -> tuple[DayMark, ...]:
    festive = public_holidays(site.holiday_region, today, today + timedelta(days=DAYS_SHOWN))
    marks = []
    for n in range(DAYS_SHOWN):
        day = today + timedelta(days=n)
        x = _place(edges[n], edges)
        marks.append(DayMark(day, x, round(_place(edges[n + 1], edges) - x, 2), festive.get(day, "")))
    return tuple(marks)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
