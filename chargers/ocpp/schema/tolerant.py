"""JSON of any quality into Python values: bounded numbers, bounded depth, duplicates recorded."""

from __future__ import annotations

import json
from typing import Any, Final

from chargers.ocpp.deviations import DeviationLog, printable
from chargers.ocpp.frames import MAX_DEPTH
from chargers.ocpp.lexing import clean, deeper_than
from chargers.ocpp.schema.errors import PayloadError

INT64_MAX: Final = 2**63 - 1
_SAFE_DIGITS: Final = 18


def decode_tolerantly(payload: bytes, log: DeviationLog) -> dict[str, Any]:
    """Return the object; of a repeated key the last value; integers clipped to 64 bits.

    Raises:
        PayloadError: not JSON, not an object, or nested too deeply.
    """
    try:
        text = payload.decode()
        if "\\u" in text:
            text = clean(text, log)
        if deeper_than(text, MAX_DEPTH):
            raise PayloadError("FormationViolation", f"The payload nests deeper than {MAX_DEPTH} levels.")
        value = json.loads(
            text,
            parse_int=lambda digits: _integer(digits, log),
            parse_constant=lambda name: _constant(name, log),
            object_pairs_hook=lambda pairs: _object(pairs, log),
        )
    except (ValueError, RecursionError) as error:
        raise PayloadError("FormationViolation", "The payload is not valid JSON.") from error
    if not isinstance(value, dict):
        raise PayloadError("FormationViolation", "The payload is not a JSON object.")
    return value


def _integer(digits: str, log: DeviationLog) -> int:
    if len(digits) <= _SAFE_DIGITS:
        return int(digits)
    limit = -INT64_MAX if digits[0] == "-" else INT64_MAX
    if len(digits) > _SAFE_DIGITS + 2 or abs(int(digits)) > INT64_MAX:
        log.add("integer-out-of-range", "", f"an integer of {len(digits)} digits")
        return limit
    return int(digits)


def _constant(name: str, log: DeviationLog) -> None:
    log.add("not-a-number", "", f"{name}, read as null")


def _object(pairs: list[tuple[str, Any]], log: DeviationLog) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                log.add("duplicated-key", "", f"{printable(name)} appears more than once")
            seen.add(name)
    return value
