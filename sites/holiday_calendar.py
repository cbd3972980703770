"""Public holidays of a country or a part of it, from the `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def check_region(region: str) -> None:
    """Raise ValidationError unless a country code (FR), or one with a part of it (FR-57), is known."""
    country, _dash, part = region.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known or (part and part not in known[country]):
        raise ValidationError(_("No public holidays are known for %(region)s.") % {"region": region})


def public_holidays(region: str, first: date, last: date) -> Mapping[date, str]:
    """Return the holidays from `first` to `last` with their names, where possible in the current language."""
    if not region:
        return {}
    language = (get_language() or "en").partition("-")[0]
    found: dict[date, str] = {}
    for year in range(first.year, last.year + 1):
        found |= _of_year(region, year, language)
    return {day: name for day, name in found.items() if first <= day <= last}


@lru_cache(maxsize=64)
def _of_year(region: str, year: int, language: str) -> dict[date, str]:
    country, _dash, part = region.partition("-")
    spoken = "en_US" if language == "en" else language
    return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language=spoken))
