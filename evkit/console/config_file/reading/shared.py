"""Parts that several sections share: lists of declarations, limits, weekly ranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from charging.priorities import FURTHEST
from evkit.console.config_file import checks
from evkit.console.config_file.declarations import Limit, Range
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, Problem
from evkit.core.units import MOST_POWER_W
from sites.exceptions import MOST_EXCEPTIONS, OtherHours, read_exception
from sites.types import Distribution, HolidayRule, Unit

T = TypeVar("T")

PRIORITY = checks.integer(-FURTHEST, FURTHEST)
RULE = checks.choice(("", *Distribution.values))
"""A rule of distribution, or "" for that of what is above."""

ON_HOLIDAYS = checks.choice(HolidayRule.values)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def section(
    fields: Fields, key: str, read: Callable[[Node, list[Problem]], T | None]
) -> tuple[T, ...] | UnsetType:
    """Return the declarations in the list under `key`, UNSET if the key is absent."""
    if not fields.has(key):
        return UNSET
    read_items = [read(node, fields.problems) for node in fields.items(key)]
    return tuple(item for item in read_items if item is not None)


def limit(fields: Fields, key: str) -> Limit | UnsetType | None:
    """Return the limit under `key`, None for null."""
    if not fields.has(key) or fields.optional(key, lambda _node: True) is None:
        return fields.optional(key, lambda _node: Limit(0, Unit.WATT))
    return required_limit(fields, key)


def required_limit(fields: Fields, key: str) -> Limit | UnsetType:
    """Return the limit under `key`, which may be absent but not null."""
    if not fields.has(key):
        return UNSET
    inner = fields.within(key, "value", "unit")
    value = inner.required("value", checks.number(minimum=0, maximum=MOST_POWER_W))
    unit = inner.required("unit", checks.choice(Unit.values))
    return UNSET if value is UNSET or unit is UNSET else Limit(value, unit)


def exceptions(node: Node) -> tuple[OtherHours, ...]:
    """Return the days with other hours in a list."""
    if not isinstance(node.value, tuple):
        raise BadValueError(node.line, _("A list is expected here."))
    found = []
    for item in node.value:
        try:
            found.append(read_exception(item.plain()))
        except ValidationError as error:
            raise BadValueError(item.line, error.messages[0]) from error
    if len(found) > MOST_EXCEPTIONS:
        raise BadValueError(node.line, _("These are too many exceptions. Delete those that are past."))
    return tuple(sorted(found, key=lambda each: each.first))


def weekly_range(node: Node, problems: list[Problem]) -> Range | None:
    """Return one weekly range of activation."""
    fields = Fields(node, problems, "days", "from", "to")
    days = fields.required("days", checks.distinct(checks.choice(DAYS)))
    start = fields.required("from", checks.time_of_day)
    end = fields.required("to", checks.time_of_day)
    if days is UNSET or start is UNSET or end is UNSET:
        return None
    if not days:
        fields.note(fields.line_of("days"), _("Name at least one day."))
    if start == end:
        message = _('This range is empty; write from "00:00" to "24:00" for the whole day.')
        fields.note(fields.line_of("to"), message)
    if start == "24:00":
        fields.note(fields.line_of("from"), _('A range starts at "23:59" at the latest.'))
    return Range(tuple(day for day in DAYS if day in days), start, end)
