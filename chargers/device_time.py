"""How far the time that a charge point gives can be trusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from chargers.ocpp.times import parse_time

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(hours=24)


class DeviceTime(msgspec.Struct, frozen=True, gc=False):
    """A time to store: the device's own where it is plausible, else the receipt time.

    Attributes:
        at: aware, UTC, with microseconds.
        trusted: whether `at` is the device's.
        reason: "" or the deviation: "no-zone" (taken as UTC), "missing-timestamp",
            "malformed-timestamp", "clock-not-set" (before 2015), "clock-ahead" (more than 24 h).
        reported: what the device said, where that is a time at all.
    """

    at: datetime
    trusted: bool
    reason: str = ""
    reported: datetime | None = None


def trusted_time(text: str | None, received_at: datetime) -> DeviceTime:
    """Return the time meant by `text` (ISO 8601), which was received at `received_at`.

    Without a zone it is UTC; "+02" is a zone. Missing, unreadable, 1970, 2099 or year 222222:
    the receipt time, and not trusted.
    """
    if not text:
        return DeviceTime(received_at, trusted=False, reason="missing-timestamp")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _repaired(text, received_at)
    return _judged(at, received_at)


def _repaired(text: str, received_at: datetime) -> DeviceTime:
    at = parse_time(text)
    if at is None:
        return DeviceTime(received_at, trusted=False, reason="malformed-timestamp")
    return _judged(at, received_at)


def _judged(at: datetime, received_at: datetime) -> DeviceTime:
    reason = ""
    if at.tzinfo is None:
        at, reason = at.replace(tzinfo=UTC), "no-zone"
    elif at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            return DeviceTime(received_at, trusted=False, reason="malformed-timestamp")
    if at < EARLIEST:
        return DeviceTime(received_at, trusted=False, reason="clock-not-set", reported=at)
    if at - received_at > MAX_AHEAD:
        return DeviceTime(received_at, trusted=False, reason="clock-ahead", reported=at)
    return DeviceTime(at, trusted=True, reason=reason, reported=at)
