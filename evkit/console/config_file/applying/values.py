"""From declarations to the fields of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from evkit.console.config_file.declarations import LevelDeclaration, Limit, Range
from sites.exceptions import Weekly
from sites.limits import level_of
from sites.types import HolidayRule


def given(values: Mapping[str, object]) -> dict[str, Any]:
    """Return `values` without those that are UNSET: keys that the file leaves out."""
    return {name: value for name, value in values.items() if value is not UNSET}


def limit_values(limit: Limit | UnsetType | None, prefix: str = "limit") -> dict[str, object]:
    """Return the two fields of a limit; the unit stays as it is when the limit is lifted."""
    if limit is UNSET:
        return {}
    if limit is None:
        return {f"{prefix}_value": None}
    return {f"{prefix}_value": limit.value, f"{prefix}_unit": limit.unit}


def range_values(ranges: Iterable[Range]) -> list[dict[str, object]]:
    """Return weekly ranges as they are stored."""
    return [{"days": list(each.days), "from": each.start, "to": each.end} for each in ranges]


def level_values(levels: Iterable[LevelDeclaration] | UnsetType) -> list[dict[str, object]] | UnsetType:
    """Return weekly limits as they are stored."""
    if levels is UNSET:
        return UNSET
    return [
        level_of(
            (each.limit.value, each.limit.unit),
            Weekly(range_values(each.ranges), each.exceptions, HolidayRule(each.on_holidays)),
        )
        for each in levels
    ]
