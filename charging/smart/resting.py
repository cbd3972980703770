"""Vehicles that take nothing: full ones, and those that wait for their own timer.

Pure. Such a vehicle keeps its minimum only as long as nobody else can use that. At a limit of 0 it cannot
show that it wants power again: after a while it is offered its minimum as everybody else is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from charging.smart.connector import STANDBY

RESTS_AFTER_S: Final = 120.0
"""So long a vehicle may take nothing of what it is offered before it rests."""

FIRST_REST_S: Final = 3600.0
LONGEST_REST_S: Final = 3 * 3600.0
"""It is asked again after an hour, then after twice as long each time."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a vehicle is still taken to want nothing (None: it may want), and how often it was asked."""

    left_s: float | None = None
    times: int = 0


def rest_of(
    known: Rest, *, offered: float | None, taken: float | None, minimum: float, changed_ago_s: float
) -> Rest:
    """Return whether a vehicle rests, by what it takes of what it is offered (None: not known)."""
    if taken is not None and taken > minimum * STANDBY:
        return Rest()
    over = known.left_s is not None and known.left_s <= 0
    if offered is None or offered < minimum:
        return replace(known, left_s=None) if over else known
    if taken is None or changed_ago_s < RESTS_AFTER_S:
        return known
    if known.left_s is None:
        rest_s = min(FIRST_REST_S * 2**known.times, LONGEST_REST_S)
        return Rest(rest_s, known.times + 1)
    return replace(known, left_s=FIRST_REST_S) if known.left_s < FIRST_REST_S / 2 else known
