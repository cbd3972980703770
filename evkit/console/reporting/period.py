"""The period of a report in its address: a day, week, month or year around a date, or two dates."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

LONGEST: Final = timedelta(days=3660)


class Unit(StrEnum):
    """How long a period is; `DATES` is from one date to another."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    DATES = "dates"


class Bucket(StrEnum):
    """Into which stretches a period is divided."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


LABELS: Final = {
    Unit.DAY: pgettext_lazy("length of a period", "Day"),
    Unit.WEEK: pgettext_lazy("length of a period", "Week"),
    Unit.MONTH: pgettext_lazy("length of a period", "Month"),
    Unit.YEAR: pgettext_lazy("length of a period", "Year"),
}
BUCKET_LABELS: Final = {
    Bucket.HOUR: gettext_lazy("per hour"),
    Bucket.DAY: gettext_lazy("per day"),
    Bucket.WEEK: gettext_lazy("per week"),
    Bucket.MONTH: gettext_lazy("per month"),
}


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """From the first to the last day, both included, in the active time zone."""

    unit: Unit
    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Its beginning."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """Its end, which is not part of it."""
        return midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def bucket(self) -> Bucket:
        """The stretches that make a readable chart: 24 hours, 31 days, 27 weeks or the months."""
        if self.days <= 2:
            return Bucket.HOUR
        if self.days <= 62:
            return Bucket.DAY
        return Bucket.WEEK if self.days <= 190 else Bucket.MONTH

    @property
    def query(self) -> str:
        """Its part of an address."""
        if self.unit is Unit.DATES:
            return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})
        return urlencode({"unit": self.unit.value, "date": self.first.isoformat()})

    @property
    def dates(self) -> str:
        """Its dates as a query string: what lists and exports understand."""
        return urlencode({"from": self.first.isoformat(), "to": self.last.isoformat()})

    @property
    def label(self) -> str:
        """Its name."""
        if self.unit is Unit.DAY:
            return date_format(self.first, "l j F Y")
        if self.unit is Unit.MONTH:
            return date_format(self.first, "F Y")
        if self.unit is Unit.YEAR:
            return str(self.first.year)
        names = {"first": date_format(self.first, "j N Y"), "last": date_format(self.last, "j N Y")}
        if self.unit is Unit.WEEK:
            return _("Week %(week)d: %(first)s to %(last)s") % {
                "week": self.first.isocalendar().week,
                **names,
            }
        return _("%(first)s to %(last)s") % names

    def stepped(self, step: int) -> ReportPeriod | None:
        """Return the period of the same length before (-1) or after (1); None beyond the calendar."""
        try:
            anchor = self.last + timedelta(days=1) if step > 0 else self.first - timedelta(days=1)
            if self.unit is Unit.DATES:
                shift = timedelta(days=self.days * step)
                return ReportPeriod(self.unit, self.first + shift, self.last + shift)
            return period_around(self.unit, anchor)
        except OverflowError:
            return None


def midnight(day: date) -> datetime:
    """Return the beginning of a day in the active time zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def period_around(unit: Unit, day: date) -> ReportPeriod:
    """Return the day, week, month or year that `day` lies in."""
    if unit is Unit.WEEK:
        first = day - timedelta(days=day.weekday())
        return ReportPeriod(unit, first, first + timedelta(days=6))
    if unit is Unit.MONTH:
        last = calendar.monthrange(day.year, day.month)[1]
        return ReportPeriod(unit, day.replace(day=1), day.replace(day=last))
    if unit is Unit.YEAR:
        return ReportPeriod(unit, date(day.year, 1, 1), date(day.year, 12, 31))
    return ReportPeriod(Unit.DAY, day, day)


def read_report_period(query: QueryDict, today: date) -> ReportPeriod:
    """Read `from` and `to`, else `unit` and `date`; what cannot be read is this month."""
    first, last = read_day(query.get("from", "")), read_day(query.get("to", ""))
    if first or last:
        begin, end = sorted((first or last or today, last or max(first or today, today)))
        return ReportPeriod(Unit.DATES, max(begin, end - LONGEST), end)
    wanted = query.get("unit", "")
    unit = Unit(wanted) if wanted in LABELS else Unit.MONTH
    return period_around(unit, read_day(query.get("date", "")) or today)


def read_day(text: str) -> date | None:
    """Return the date that a field of a form gave; None for what is none, or absurd."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None
