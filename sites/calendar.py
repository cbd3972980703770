"""When a weekly schedule is active: wall time of a site to moments, through changes of the clock (R20).

Pure: time is an argument. Ranges are `{"days": [...], "from": "20:00", "to": "06:00"}`; one that ends before
it starts, or when it starts, passes midnight. A time that the clock skips counts as the moment of the change,
one that it repeats begins at the first and ends at the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sites.ranges import DAYS
from sites.types import HolidayRule

DAY: Final = timedelta(days=1)
HORIZON: Final = timedelta(days=8)
"""A weekly schedule repeats; nothing further away is needed to know when it changes next."""

Span = tuple[str, str]
"""From and to within a day, as "HH:MM"; "24:00" is the end of the day."""

ALL_DAY: Final[tuple[Span, ...]] = (("00:00", "24:00"),)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which a schedule is active: aware, in UTC, the end excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """A weekly schedule in a time zone, with what differs on certain days.

    Attributes:
        zone: the site's time zone.
        ranges: weekly ranges.
        exceptions: spans that replace those of the week on a date; none means inactive all day.
        holidays: names of holidays by date.
        on_holidays: what holidays do; an exception comes before it.
    """

    zone: ZoneInfo
    ranges: Sequence[Mapping[str, Any]]
    exceptions: Mapping[date, Sequence[Span]] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)
    on_holidays: HolidayRule = HolidayRule.USUAL

    def spans(self, day: date) -> Sequence[Span]:
        """Return the spans that begin on a day."""
        if day in self.exceptions:
            return self.exceptions[day]
        weekday = day.weekday()
        if day in self.holidays and self.on_holidays != HolidayRule.USUAL:
            if self.on_holidays == HolidayRule.SUNDAY:
                weekday = 6
            else:
                return ALL_DAY if self.on_holidays == HolidayRule.ACTIVE else ()
        name = DAYS[weekday]
        return [(each["from"], each["to"]) for each in self.ranges if name in each["days"]]

    def windows(self, since: datetime, until: datetime) -> list[Window]:
        """Return the windows that touch [since, until), merged and in order, not cut off at its ends."""
        first = since.astimezone(self.zone).date() - DAY
        last = until.astimezone(self.zone).date()
        days = (first + n * DAY for n in range((last - first).days + 1))
        found = merged(window for day in days for window in self._begun_on(day))
        return [window for window in found if window.end > since and window.start < until]

    def _begun_on(self, day: date) -> Iterator[Window]:
        for start, end in self.spans(day):
            final = day if end > start else day + DAY
            window = Window(
                _moment(day, start, self.zone, last=False), _moment(final, end, self.zone, last=True)
            )
            if window.end > window.start:
                yield window


def merged(windows: Iterable[Window]) -> list[Window]:
    """Return the union of windows, in order; those that touch become one."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda each: each.start):
        if found and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a schedule is active, and until when; None where it does not change within eight days.

    `ended_at` is when the last window ended, None where none did within eight days or one is open.
    """

    active: bool
    until: datetime | None
    ended_at: datetime | None = None


def standing(windows: Sequence[Window], at: datetime) -> Standing:
    """Return how things stand at a moment, from the windows around it (HORIZON on both sides)."""
    now = next((each for each in windows if each.start <= at < each.end), None)
    if now is not None:
        return Standing(active=True, until=now.end if now.end < at + HORIZON else None)
    after = min((each.start for each in windows if each.start > at), default=None)
    before = max((each.end for each in windows if each.end <= at), default=None)
    return Standing(active=False, until=after, ended_at=before)


def _moment(day: date, text: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """Return the moment of a wall time in UTC: the last one where the clock shows it twice."""
    if text == "24:00":
        return _moment(day + DAY, "00:00", zone, last=last)
    wall = datetime.combine(day, time.fromisoformat(text), zone)
    moment = wall.replace(fold=int(last)).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _change_of_clock(wall)


def _change_of_clock(skipped: datetime) -> datetime:
    """Return the moment at which the clock skips a wall time (whole minutes)."""
    early, late = skipped.replace(fold=1).astimezone(UTC), skipped.replace(fold=0).astimezone(UTC)
    offset = late.astimezone(skipped.tzinfo).utcoffset()
    while late - early > timedelta(minutes=1):
        middle = (early + (late - early) / 2).replace(second=0, microsecond=0)
        if middle.astimezone(skipped.tzinfo).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late
