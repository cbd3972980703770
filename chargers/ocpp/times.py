"""Points in time as OCPP writes them (OCPP 1.6 §3.12: ISO 8601; UTC is recommended)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

EARLIEST_YEAR = 2000
LATEST_YEAR = 2100

_GOOD = re.compile(
    r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?", re.ASCII)
_MAX_TEXT = 64


def format_time(moment: datetime) -> str:
    """Return "2023-05-19T05:51:51Z": UTC, without a fraction, which some clients cannot read.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("A time on the wire needs a time zone; make it aware first.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def parse_time(text: str | None) -> datetime | None:
    """Return the time, aware and in UTC; None if there is none to be had.

    Tolerated: no zone (read as UTC), "+02", a blank for the T, digits of a Unix time in s or ms.
    Whether the year makes sense is for the caller to judge (`is_plausible`).
    """
    if text is None or len(text) > _MAX_TEXT:
        return None
    text = text.strip()
    try:
        if _EPOCH.fullmatch(text):
            seconds = int(text[:10]) + int(text[10:] or 0) / 1000
            return datetime.fromtimestamp(seconds, UTC)
        moment = datetime.fromisoformat(text.upper())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_plausible(moment: datetime) -> bool:
    """Tell whether a charge point's clock can have been right (2000 to 2099)."""
    return EARLIEST_YEAR <= moment.year < LATEST_YEAR


def odd_time(text: str) -> tuple[str, str] | None:
    """Return the deviation code and detail of a timestamp, None if it is as it should be."""
    if _GOOD.fullmatch(text):
        return None
    moment = parse_time(text)
    if moment is None:
        return "unreadable-timestamp", "not a point in time"
    if not is_plausible(moment):
        return "implausible-timestamp", f"the year {moment.year}"
    if text.strip().isdigit():
        return "unix-timestamp", "a Unix time"
    if not re.search(r"(?:[zZ]|[+-]\d\d(?::?\d\d)?)\s*$", text[10:]):
        return "timestamp-without-zone", "no time zone, read as UTC"
    return "unusual-timestamp", "not in the usual format"
