"""Weekly ranges of activation (R20): `[{"days": ["mon"], "from": "20:00", "to": "06:00"}]`."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_KEYS = {"days", "from", "to"}


def check_ranges(value: Any) -> None:
    """Raise ValidationError unless `value` is a list of ranges.

    A range that ends before it starts passes midnight.
    """
    if not isinstance(value, list) or not all(_is_range(each) for each in value):
        raise ValidationError(
            _('Write a list of ranges like [{"days": ["mon", "tue"], "from": "20:00", "to": "06:00"}].')
        )


def check_span(start: Any, end: Any) -> None:
    """Raise ValidationError unless both are times of a day, as "HH:MM"; hours may pass midnight."""
    known = all(isinstance(time, str) and _TIME.fullmatch(time) for time in (start, end))
    if not known or start == "24:00":
        raise ValidationError(_('Write hours like {"from": "08:00", "to": "12:00"}.'))


def _is_range(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != _KEYS:
        return False
    days, times = value["days"], (value["from"], value["to"])
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        return False
    return all(isinstance(time, str) and _TIME.fullmatch(time) for time in times)
