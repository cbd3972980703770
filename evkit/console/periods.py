"""Periods of time in addresses: a preset up to now, or two local times of the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.http import QueryDict
from django.utils import timezone

PRESETS: Final = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}
LONGEST: Final = timedelta(days=3660)
YEARS: Final = range(1970, 2201)
"""Times beyond are mistyped, and the first and last that there are fit into no other time zone."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to `until`; `preset` names the one it is, empty for chosen times."""

    since: datetime
    until: datetime
    preset: str = ""

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.until - self.since


def read_period(query: QueryDict, now: datetime, *, default: str) -> Period:
    """Read `from` and `to` (local times), else `period` (a preset); at most ten years.

    What cannot be read counts as not given; a missing end is now, a missing start one hour before the end.
    """
    since, until = read_moment(query.get("from", "")), read_moment(query.get("to", ""), end=True)
    if since or until:
        until = min(until or now, now) if until and until > now and (since is None or since < now) else until
        end = until or now
        start = since or end - PRESETS["1h"]
        if start >= end:
            start, end = end, start + timedelta(seconds=1)
        return Period(max(start, end - LONGEST), end)
    preset = query.get("period", "")
    name = preset if preset in PRESETS else default
    return Period(now - PRESETS[name], now, name)


def read_moment(text: str, *, end: bool = False) -> datetime | None:
    """Return a local date or time of the active zone; a date alone is its start, or with `end` its end.

    A time without offset in the hour that comes twice is the first one, or with `end` the second, so that no
    period is cut. None for what is none, or absurd.
    """
    text = text.strip()
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return _aware(datetime.combine(day, time())) if day.year in YEARS else None
        moment = datetime.fromisoformat(text)
        if moment.year not in YEARS:
            return None
        if timezone.is_aware(moment):
            return moment
        both = [_aware(moment.replace(fold=fold)) for fold in (0, 1)]
        return max(both) if end else min(both)
    except (ValueError, OverflowError):
        return None


def _aware(moment: datetime) -> datetime:
    """Return a local time of the active zone, in UTC: where clocks turn, others never equal it (PEP 495)."""
    return timezone.make_aware(moment).astimezone(UTC)


def address_text(moment: datetime) -> str:
    """Return a moment as it stands in addresses: local time to the second, with its offset from UTC."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


def local_text(moment: datetime | None) -> str:
    """Return a moment as a field of type datetime-local writes it, to the second, without offset."""
    return "" if moment is None else timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")
