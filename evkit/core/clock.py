"""The one place that reads the wall clock; everything below takes time as an argument."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time, in UTC, with microseconds."""
    return datetime.now(UTC)
