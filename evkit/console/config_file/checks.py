"""Checks of single values: each takes a node and returns what the key means, or raises BadValueError."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError

T = TypeVar("T")
Check = Callable[[Node], T]

SLUG = re.compile(r"[-a-zA-Z0-9_]+")
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def text(node: Node) -> str:
    """Return a text that is not empty."""
    if not isinstance(node.value, str):
        raise BadValueError(
            node.line,
            _("Text is expected here; put numbers, dates and words like yes or no between quotes."),
        )
    if not node.value.strip():
        raise BadValueError(node.line, _("A text that is not empty is expected here."))
    if "\x00" in node.value:
        raise BadValueError(node.line, _("A text cannot hold the character NUL."))
    return node.value


def text_up_to(length: int, *, empty: bool = False) -> Check[str]:
    """Return a check of texts of at most `length` characters."""

    def check(node: Node) -> str:
        value = "" if empty and node.value == "" else text(node)
        if len(value) > length:
            raise BadValueError(
                node.line, _("At most %(length)d characters are accepted here.") % {"length": length}
            )
        return value

    return check


def slug(node: Node) -> str:
    """Return a stable key: letters, digits, hyphens and underscores."""
    value = text_up_to(64)(node)
    if not SLUG.fullmatch(value):
        raise BadValueError(
            node.line,
            _("“%(value)s” is not a code: use letters, digits, hyphens and underscores.") % {"value": value},
        )
    return value


def identity(node: Node) -> str:
    """Return the identity of a charge point: what it puts in the URL it connects to, decoded."""
    value = text_up_to(255)(node)
    if not value.isprintable():
        raise BadValueError(node.line, _("An identity consists of printable characters."))
    return value


def flag(node: Node) -> bool:
    """Return true or false."""
    if not isinstance(node.value, bool):
        raise BadValueError(node.line, _("true or false is expected here."))
    return node.value


def number(
    *, above: float = -math.inf, minimum: float = -math.inf, maximum: float = math.inf
) -> Check[float]:
    """Return a check of finite numbers greater than `above`, at least `minimum` and at most `maximum`."""

    def check(node: Node) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadValueError(node.line, _("A number is expected here."))
        if value <= above:
            raise BadValueError(
                node.line, _("A number greater than %(limit)s is expected here.") % {"limit": f"{above:g}"}
            )
        if value < minimum:
            raise BadValueError(
                node.line, _("A number of at least %(limit)s is expected here.") % {"limit": f"{minimum:g}"}
            )
        if value > maximum:
            raise BadValueError(
                node.line, _("A number of at most %(limit)s is expected here.") % {"limit": f"{maximum:.15g}"}
            )
        return float(value)

    return check


def integer(minimum: int, maximum: int) -> Check[int]:
    """Return a check of whole numbers between `minimum` and `maximum`."""

    def check(node: Node) -> int:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise BadValueError(
                node.line,
                _("A whole number from %(minimum)d to %(maximum)d is expected here.")
                % {"minimum": minimum, "maximum": maximum},
            )
        return value

    return check


def choice(values: Iterable[str]) -> Check[str]:
    """Return a check of one text among `values`."""
    known = tuple(values)

    def check(node: Node) -> str:
        if node.value not in known or not isinstance(node.value, str):
            raise BadValueError(
                node.line, _("One of these is expected here: %(values)s.") % {"values": ", ".join(known)}
            )
        return node.value

    return check


def timezone(node: Node) -> str:
    """Return the name of a time zone of the IANA database."""
    value = text(node)
    if value not in _timezones():
        raise BadValueError(
            node.line,
            _("“%(value)s” is not a time zone; write for example Europe/Paris.") % {"value": value},
        )
    return value


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def time_of_day(node: Node) -> str:
    """Return a time of day as "HH:MM", up to "24:00"."""
    if not isinstance(node.value, str) or not TIME.fullmatch(node.value):
        raise BadValueError(node.line, _('A time of day between quotes is expected here, like "20:00".'))
    return node.value


def moment(node: Node) -> datetime:
    """Return a date and time with offset (ISO 8601), in UTC."""
    try:
        value = datetime.fromisoformat(text(node))
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or not 1970 <= value.year <= 2200:
        raise BadValueError(
            node.line,
            _("A date and time with offset is expected here, like 2030-12-31T22:00:00Z."),
        )
    return value.astimezone(UTC)


def list_of(check: Check[T]) -> Check[tuple[T, ...]]:
    """Return a check of lists whose items pass `check`."""

    def check_all(node: Node) -> tuple[T, ...]:
        if not isinstance(node.value, tuple):
            raise BadValueError(node.line, _("A list is expected here."))
        return tuple(check(item) for item in node.value)

    return check_all


def distinct(check: Check[T]) -> Check[tuple[T, ...]]:
    """Return a check of lists whose items pass `check` and differ."""
    check_all = list_of(check)

    def check_distinct(node: Node) -> tuple[T, ...]:
        values = check_all(node)
        if len(set(values)) < len(values):
            raise BadValueError(node.line, _("This list names something twice."))
        return values

    return check_distinct
