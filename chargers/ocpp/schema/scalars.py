"""Repair of single values: what was sent instead of text, a number or a truth value."""

from __future__ import annotations

import json
import math
import re
from typing import Final

from chargers.ocpp.deviations import DeviationLog, printable
from chargers.ocpp.schema.nodes import Node
from chargers.ocpp.schema.tolerant import INT64_MAX


class _Unusable:
    """The type of `UNUSABLE`."""


UNUSABLE: Final = _Unusable()
"""What stands for a value that no repair helps."""

INT32_MAX: Final = 2**31 - 1
_SHORTEST_CUT: Final = 255
_NUMBER = re.compile(r"[-+]?\d{1,30}(?:[.,]\d{0,30})?(?:[eE][-+]?\d{1,2})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[-+]?\d{1,30},\d{1,30}", re.ASCII)
_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def repair_text(node: Node, value: object, place: str, log: DeviationLog) -> str | _Unusable:
    """Return text; too long text is kept, unless it is absurd."""
    if isinstance(value, bool):
        log.add("boolean-for-text", place, "a truth value instead of text")
        value = "true" if value else "false"
    elif isinstance(value, int | float):
        log.add("number-for-text", place, "a number instead of text")
        value = str(value)
    if not isinstance(value, str):
        return UNUSABLE
    if node.max_length is not None and len(value) > node.max_length:
        log.add("string-too-long", place, f"{len(value)} of {node.max_length} characters")
        return value[: max(_SHORTEST_CUT, 4 * node.max_length)]
    return value


def repair_choice(node: Node, value: str, place: str, aliases: dict[str, str], log: DeviationLog) -> str:
    """Return the value of an enumeration in its right spelling; an unknown one is kept."""
    if value in node.choices:
        return value
    wanted = value.strip().lower()
    for choice in node.choices:
        if choice.lower() == wanted:
            log.add("enum-spelling", place, f"{printable(value)}, read as {choice}")
            return choice
    meant = aliases.get(wanted)
    if meant in node.choices:
        log.add("enum-spelling", place, f"{printable(value)}, read as {meant}")
        return meant
    log.add("unknown-enum-value", place, printable(value))
    return value[:_SHORTEST_CUT]


def json_text(value: object, place: str, log: DeviationLog) -> str:
    """Return an object or a list as JSON text."""
    log.add("object-for-text", place, "JSON instead of text")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def decimal_point(value: str, place: str, log: DeviationLog) -> str:
    """Return "230.5" for "230,5"; anything else unchanged."""
    if _DECIMAL_COMMA.fullmatch(value.strip()):
        log.add("decimal-comma", place, "a comma for the decimal point")
        return value.strip().replace(",", ".")
    return value


def repair_integer(node: Node, value: object, place: str, log: DeviationLog) -> int | float | _Unusable:
    """Return an integer of at most 64 bits; with a fraction where evkit keeps one."""
    number = _number(value, place, log)
    if isinstance(number, float):
        code = "float-for-integer" if number.is_integer() else "fraction-for-integer"
        log.add(code, place, "a number with a decimal point instead of an integer")
        if not node.fraction or number.is_integer():
            number = round(number)
    if isinstance(number, _Unusable):
        return number
    if abs(number) > INT32_MAX:
        log.add("integer-out-of-range", place, "more than 32 bits")
    return max(-INT64_MAX, min(INT64_MAX, number))


def repair_number(value: object, place: str, log: DeviationLog) -> int | float | _Unusable:
    """Return a finite number."""
    return _number(value, place, log)


def repair_boolean(value: object, place: str, log: DeviationLog) -> bool | _Unusable:
    """Return a truth value."""
    if isinstance(value, bool):
        return value
    truth = _TRUTHS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    if truth is None:
        return UNUSABLE
    log.add("text-for-boolean", place, "text or a number instead of a truth value")
    return truth


def _number(value: object, place: str, log: DeviationLog) -> int | float | _Unusable:
    if isinstance(value, bool):
        log.add("boolean-for-number", place, "a truth value instead of a number")
        return int(value)
    if isinstance(value, str):
        return _number_in_text(value.strip(), place, log)
    if isinstance(value, float) and not math.isfinite(value):
        log.add("not-a-number", place, "larger than any number")
        return UNUSABLE
    return value if isinstance(value, int | float) else UNUSABLE


def _number_in_text(value: str, place: str, log: DeviationLog) -> int | float | _Unusable:
    if not _NUMBER.fullmatch(value):
        return UNUSABLE
    log.add("text-for-number", place, "text instead of a number")
    if value.lstrip("+-").isdigit():
        return int(value)
    if "," in value:
        log.add("decimal-comma", place, "a comma for the decimal point")
    return float(value.replace(",", "."))
