"""Days on which something weekly follows other hours, and the calendar that comes of both (R20).

As plain data: `{"first_day": "2026-12-24", "last_day": "2026-12-26", "hours": [{"from": "08:00", "to":
"12:00"}], "note": "Christmas"}`; both days are included, no hours make them inactive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sites.calendar import Calendar, Span
from sites.holiday_calendar import public_holidays
from sites.ranges import check_span
from sites.types import HolidayRule

LONGEST_DAYS: Final = 366
MOST_EXCEPTIONS: Final = 200
LONGEST_NOTE: Final = 120


@dataclass(frozen=True, slots=True)
class OtherHours:
    """The spans that count from the first to the last day, both included; none: inactive."""

    first: date
    last: date
    spans: tuple[Span, ...] = ()
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        hours = [{"from": start, "to": end} for start, end in self.spans]
        days = {"first_day": self.first.isoformat(), "last_day": self.last.isoformat()}
        return {**days, "hours": hours, "note": self.note}


def read_exception(value: Any) -> OtherHours:
    """Return an exception from plain data.

    Raises:
        ValidationError: it is not one, or lasts too long.
    """
    if not isinstance(value, Mapping) or not {"first_day"} <= set(value) <= {*_KEYS}:
        raise ValidationError(_NOT_ONE)
    try:
        first = date.fromisoformat(value["first_day"])
        last = date.fromisoformat(value.get("last_day") or value["first_day"])
        spans = tuple((each["from"], each["to"]) for each in value.get("hours", ()))
    except (TypeError, ValueError, KeyError) as error:
        raise ValidationError(_NOT_ONE) from error
    note = value.get("note", "")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise ValidationError(_NOT_ONE)
    for start, end in spans:
        check_span(start, end)
    check_days(first, last)
    return OtherHours(first, last, spans, note)


def read_exceptions(value: Any) -> list[OtherHours]:
    """Return exceptions from plain data.

    Raises:
        ValidationError: one of them is none, or there are too many.
    """
    if not isinstance(value, list):
        raise ValidationError(_NOT_ONE)
    if len(value) > MOST_EXCEPTIONS:
        raise ValidationError(_("These are too many exceptions. Delete those that are past."))
    return [read_exception(each) for each in value]


def check_days(first: date, last: date) -> None:
    """Raise ValidationError unless `last` is not before `first`, and not too far from it."""
    if last < first:
        raise ValidationError(_("The last day comes before the first."))
    if (last - first).days >= LONGEST_DAYS:
        raise ValidationError(_("An exception lasts a year at most."))


@dataclass(frozen=True, slots=True)
class Weekly:
    """Something weekly with what differs on certain days.

    Attributes:
        ranges: weekly ranges (`sites.ranges`).
        exceptions: days with other hours; of two for one day, the later one counts.
        on_holidays: what public holidays do; an exception comes before it.
    """

    ranges: Sequence[Mapping[str, Any]]
    exceptions: Iterable[OtherHours] = ()
    on_holidays: HolidayRule = HolidayRule.USUAL

    def calendar(self, zone: ZoneInfo, region: str, since: datetime, until: datetime) -> Calendar:
        """Return its calendar, good for windows in [since, until); `region` is that of public holidays."""
        first = since.astimezone(zone).date() - timedelta(days=1)
        last = until.astimezone(zone).date()
        usual = self.on_holidays == HolidayRule.USUAL
        return Calendar(
            zone=zone,
            ranges=self.ranges,
            exceptions=_by_day(self.exceptions, first, last),
            holidays={} if usual else public_holidays(region, first, last),
            on_holidays=self.on_holidays,
        )


_KEYS: Final = ("first_day", "last_day", "hours", "note")
_NOT_ONE: Final = _(
    'Write an exception like {"first_day": "2026-12-24", "last_day": "2026-12-26", "hours": [{"from": '
    '"08:00", "to": "12:00"}], "note": ""}; without hours these days are inactive.'
)


def _by_day(exceptions: Iterable[OtherHours], first: date, last: date) -> dict[date, Sequence[Span]]:
    found: dict[date, Sequence[Span]] = {}
    for each in exceptions:
        day, final = max(each.first, first), min(each.last, last)
        while day <= final:
            found[day] = each.spans
            day += timedelta(days=1)
    return found
