"""Values of foreign tables: times and numbers as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo
from typing import Final

FORMATS: Final = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
)  # fmt: skip
BLANKS: Final = re.compile(r"[\s\u00a0\u202f'’]")
GROUPED: Final = re.compile(r"[-+]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)\Z")
MOST_CHARACTERS: Final = 255


def moment_of(value: object, zone: tzinfo) -> datetime | None:
    """Return a moment, in `zone` unless the value names one; days come before months. None if it is none."""
    found: datetime | None = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime.combine(value, time())
    elif isinstance(value, str):
        found = _read(value.strip())
    if found is None or not 2000 <= found.year <= 2200:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the zone follows
        except ValueError:
            continue
    return None


def number_of(value: object, *, whole: bool = False) -> float | None:
    """Return a number with a decimal point or comma; None if it is none, or not finite.

    Of two different marks the last is the decimal one; one that comes again parts thousands, and so does a
    single one before three digits in a column of `whole` numbers (12,500 Wh).
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _finite(float(value))
    text = BLANKS.sub("", str(value))
    if "," in text and "." in text:
        text = text.replace("." if text.rfind(",") > text.rfind(".") else ",", "")
    elif GROUPED.match(text) and (whole or text.count(",") + text.count(".") > 1):
        text = text.replace(",", "").replace(".", "")
    try:
        return _finite(float(text.replace(",", ".")))
    except ValueError:
        return None


def _finite(number: float) -> float | None:
    return number if abs(number) < 1e15 else None


def text_of(value: object) -> str:
    """Return a short text without control characters; whole numbers without ".0"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "".join(each for each in str(value).strip() if each.isprintable())[:MOST_CHARACTERS]
