"""What is tried, one after the other, where a limit is refused or not obeyed.

Once more, in the other unit, as the connector's default profile, and at last: no power. What a connector
takes all the same stays reserved. The way that worked is kept for the next charge.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from charging.services.smart.storing import LimitRow

AGAIN: Final = timedelta(seconds=60)
"""A charge point that refused, did not answer or does not obey is told again after so long."""

LAST: Final = 4
"""So many failures, and nothing else is left to be tried."""

GROSS: Final = 1.25
"""Only who draws so much more than it was told is stopped; who draws less keeps what it takes."""


class Way(IntEnum):
    """How a limit is told."""

    OWN = 0
    OTHER_UNIT = 1
    AS_DEFAULT = 2


def way_of(row: LimitRow) -> Way:
    """Return how a limit is told next, after so many failures."""
    turned = max(min(row.tries, LAST - 1) - 1, 0) if row.tries < LAST else 0
    return Way((row.way + turned) % len(Way))


def has_given_up(row: LimitRow) -> bool:
    """Tell whether every way was tried: nothing but no power is asked of the connector any more."""
    return row.tries >= LAST


def is_due(row: LimitRow, now: datetime) -> bool:
    """Tell whether it is time to try again."""
    last = max((at for at in (row.missed_at, row.refused_at) if at), default=None)
    return last is None or now - last >= AGAIN


def note_disobedience(row: LimitRow, part: float, now: datetime) -> None:
    """Count one more failure of a connector that draws `part` times what it was told."""
    row.missed_at = now
    row.distrusted |= part > GROSS
    if row.tries + 1 < LAST or part > GROSS:
        row.tries = min(row.tries + 1, LAST)


def note_refusal(row: LimitRow, at: datetime) -> None:
    """Count one more failure of a connector that refuses what it was told."""
    row.refused_at = at
    row.tries = min(row.tries + 1, LAST)


def note_obedience(row: LimitRow, *, proven: bool) -> None:
    """Keep the way that worked; who was stopped stays so until its charge is over.

    `proven`: it takes about all that it is told, and could take more.
    """
    row.distrusted &= not proven
    if 0 < row.tries < LAST:
        row.way = way_of(row)
        row.tries = 0
        row.missed_at = None
