"""Numbers, quantities and durations as an operator reads them, in the viewer's language.

French writes a decimal comma and a narrow no-break space before a unit and between thousands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import get_language, gettext

NARROW: Final = "\u202f"
NOTHING: Final = "–"


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with the decimal mark and thousands separator of the language."""
    if value is None:
        return NOTHING
    text = f"{value:,.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    text = text.replace("-", "\u2212")
    if (get_language() or "en").startswith("fr"):
        return text.replace(",", NARROW).replace(".", ",")
    return text


def quantity(value: float | None, unit: str, decimals: int = 0) -> str:
    """Return a number and its unit, kept on one line."""
    return NOTHING if value is None else f"{number(value, decimals)}{NARROW}{unit}"


def kilo(value: float | None) -> float | None:
    """Return watts as kilowatts (or watt-hours as kilowatt-hours)."""
    return None if value is None else value / 1000


def kilos(values: Iterable[float | None]) -> list[float | None]:
    """Return watts as kilowatts to the watt, as curves take them."""
    return [None if value is None else round(value / 1000, 3) for value in values]


def duration(seconds: float | None) -> str:
    """Return a duration with its two leading units ("12 min", "1 h 05 min", "6 d 04 h")."""
    if seconds is None:
        return NOTHING
    total = max(0, int(seconds))
    minutes, rest = divmod(total, 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if total < 60:
        return f"{rest}{NARROW}s"
    if hours == 0:
        return f"{minutes}{NARROW}min"
    if days == 0:
        return f"{hours}{NARROW}h{NARROW}{minutes_left:02d}{NARROW}min"
    text = gettext("%(days)d d %(hours)02d h") % {"days": days, "hours": hours_left}
    return text.replace(" ", NARROW)
