"""A week as a person writes it: hours per day, like "00:00-06:00, 20:00-24:00" (R20)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sites.calendar import Span
from sites.ranges import DAYS

Week = Mapping[str, Sequence[Span]]
"""The spans that begin on each day, by its name (mon, tue, ...); one may pass midnight."""

DASH: Final = "–"
MIDNIGHT: Final = "24:00"
_TIME = r"(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?"
_SPAN: Final = re.compile(rf"\s*{_TIME}\s*(?:-|–|—|à|to)\s*{_TIME}\s*")


def parse_hours(text: str) -> list[Span]:
    """Return the spans of a day: "20:00-06:00", "8-12, 14h30–18h"; an empty text has none.

    Raises:
        ValidationError: a part of it is not two times of day with a dash between them.
    """
    parts = [part for part in re.split(r"[,;\n]", text) if part.strip()]
    return [_span(part) for part in parts]


def format_hours(spans: Sequence[Span]) -> str:
    """Return spans as they are written, in order."""
    return ", ".join(f"{start}{DASH}{end}" for start, end in sorted(spans))


def week_of(ranges: Sequence[Mapping[str, Any]]) -> dict[str, list[Span]]:
    """Return the spans of each day of weekly ranges."""
    return {
        day: sorted({(each["from"], each["to"]) for each in ranges if day in each["days"]}) for day in DAYS
    }


def ranges_of(week: Week) -> list[dict[str, Any]]:
    """Return weekly ranges: the nights of two days joined, equal spans of several days together."""
    joined = _join_nights({day: sorted(set(week.get(day, ()))) for day in DAYS})
    days: dict[Span, list[str]] = {}
    for day in DAYS:
        for span in joined[day]:
            days.setdefault(span, []).append(day)
    return [{"days": names, "from": start, "to": end} for (start, end), names in sorted(days.items())]


def _join_nights(week: dict[str, list[Span]]) -> dict[str, list[Span]]:
    """Make one span of an evening until midnight and the morning after, where they do not overlap."""
    joined = {day: list(spans) for day, spans in week.items()}
    for day, after in zip(DAYS, (*DAYS[1:], DAYS[0]), strict=True):
        evening = next((span for span in joined[day] if span[1] == MIDNIGHT and span[0] > "00:00"), None)
        morning = next((span for span in week[after] if span[0] == "00:00" and span[1] != MIDNIGHT), None)
        if evening and morning and morning in joined[after] and morning[1] <= evening[0]:
            joined[day][joined[day].index(evening)] = (evening[0], morning[1])
            joined[after].remove(morning)
    return joined


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValidationError(
            _("“%(text)s” is not understood. Write hours like 08:00-12:00, 20:00-06:00.")
            % {"text": text.strip()}
        )
    start, end = _time(found[1], found[2]), _time(found[3], found[4])
    if start is None or end is None or start == MIDNIGHT:
        raise ValidationError(
            _("“%(text)s” holds a time that does not exist. A day goes from 00:00 to 24:00.")
            % {"text": text.strip()}
        )
    return start, end


def _time(hours: str, minutes: str | None) -> str | None:
    """Return a time of day, None where there is no such time."""
    hour, minute = int(hours), int(minutes or 0)
    exists = (hour < 24 and minute < 60) or (hour == 24 and minute == 0)
    return f"{hour:02}:{minute:02}" if exists else None
