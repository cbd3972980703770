"""Whole hours of a connector that are rolled up together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from history.rollups.carrying import Place

HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first hour to before the last, since 1970; `changed` are the minutes to write (None: all)."""

    place: Place
    hours: tuple[int, int]
    changed: frozenset[int] | None = None


def moment_of(number: int, step_s: int) -> datetime:
    """Return the beginning of a stretch of `step_s` seconds."""
    return datetime.fromtimestamp(number * step_s, UTC)
