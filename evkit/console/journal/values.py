"""The values of audit entries in words: with units, dates of the reader, names instead of keys."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from chargers.types import JobKind
from evkit.console.formats import NARROW, NOTHING, duration, kilo, number, quantity
from evkit.console.moments import told
from sites.types import Role

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNITS: Final = {"W": "kW", "Wh": "kWh"}
"""What is shown a thousand times greater than it is kept."""

BY_END: Final = {"_w": "W", "_wh": "Wh", "_a": "A", "_v": "V", "_percent": "%"}
MASK: Final = "***"
WORDS: Final[Mapping[str, str | Promise]] = {
    **{str(each.value): each.label for each in (*Role, *JobKind)},
    "all": gettext_lazy("All sites"),
    MASK: gettext_lazy("(secret)"),
    "read back": gettext_lazy("To read what it keeps"),
    "accepted by the administrator": gettext_lazy("Accepted by the administrator"),
}


def unit_of(name: str) -> str:
    """Return the unit that the end of a name tells; "" for none."""
    return next((unit for end, unit in BY_END.items() if name.endswith(end)), "")


def units_of(name: str, pairs: Mapping[str, Any]) -> tuple[str, str]:
    """Return the units before and after: those told beside the value, else what its name says."""
    beside = pairs.get(f"{name.removesuffix('_value')}_unit")
    if name.endswith("_value") and isinstance(beside, list) and len(beside) == 2:
        return str(beside[0] or beside[1]), str(beside[1])
    return unit_of(name), unit_of(name)


def value_text(value: Any, field: models.Field[Any, Any] | None = None, unit: str = "") -> str:
    """Return a value in words; nothing is a dash."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return pgettext("value", "yes") if value else pgettext("value", "no")
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, int | float):
        return _number(value, unit, field)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str(WORDS[value]) if value in WORDS else _moment(value)
    return _mapping(value) if isinstance(value, Mapping) else ", ".join(value_text(each) for each in value)


def _number(value: float, unit: str, field: models.Field[Any, Any] | None) -> str:
    name = field.name if field is not None else ""
    unit = unit or unit_of(name)
    if name.endswith("_s"):
        return duration(value)
    if name.endswith("_days"):
        return quantity(value, _("days"))
    if name.endswith("_min"):
        return quantity(value, "min")
    shown = kilo(value) if unit in UNITS else value
    text = number(shown, _decimals(shown or 0.0))
    return f"{text}{NARROW}{UNITS.get(unit, unit)}" if unit else text


def _decimals(value: float) -> int:
    """Return as many decimals as a value has, at most three."""
    return next((places for places in range(3) if round(value, places) == round(value, 3)), 3)


def _moment(text: str) -> str:
    """Return a text; one that is a moment or a day as the reader writes it."""
    try:
        moment, day = parse_datetime(text), parse_date(text)
    except ValueError:
        return text
    if day is not None:
        return date_format(day, "j N Y")
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return told(moment, "j N Y H:i")
    return text


def _mapping(value: Mapping[str, Any]) -> str:
    """Return a weekly limit, a range of a week, other hours, or anything else that has named parts."""
    keys = set(value)
    if {"value", "unit", "ranges"} <= keys:
        limit = value_text(value["value"], unit=str(value["unit"]))
        return f"{limit} ({value_text(value['ranges'])})"
    if keys == {"days", "from", "to"}:
        return f"{days_text(value['days'])} {value['from']}–{value['to']}"
    return ", ".join(f"{key} {_plain(part)}" for key, part in value.items())


def days_text(days: Sequence[str]) -> str:
    """Return days of a week in short, three or more in a row as a span: "Mon–Fri, Sun"."""
    found = sorted({DAYS.index(day) for day in days if day in DAYS})
    runs: list[list[int]] = [found[:1]] if found else []
    for before, day in pairwise(found):
        if day == before + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in run]
    return f"{names[0]}–{names[-1]}" if len(names) > 2 else ", ".join(names)


def _plain(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value_text(value)
