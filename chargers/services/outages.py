"""Since when, and until when, connectors were faulted or unavailable: for availability, set-based."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chargers.models import OUT_OF_ORDER
from evkit.core.db import columns, insert_new, update_rows
from evkit.core.texts import storable

_ENDED = columns(evse_id="bigint", until="timestamptz")
_BEGUN = columns(evse_id="bigint", status="text", error_code="text", since="timestamptz", until="timestamptz")


@dataclass(frozen=True, slots=True)
class Turn:
    """A connector whose status changed."""

    evse_id: int
    at: datetime
    before: str
    after: str
    error_code: str = ""

    @property
    def ends(self) -> bool:
        """Whether an outage ends with it."""
        return self.before in OUT_OF_ORDER and self.before != self.after

    @property
    def begins(self) -> bool:
        """Whether an outage begins with it."""
        return self.after in OUT_OF_ORDER and self.before != self.after


def store_turns(turns: Sequence[Turn]) -> None:
    """End and begin outages as the statuses of connectors changed, in their order.

    One that should not be open any more ends where the next begins.
    """
    ended: dict[int, datetime] = {}
    begun: list[tuple[Turn, datetime | None]] = []
    open_now: dict[int, int] = {}
    for turn in turns:
        if turn.ends:
            place = open_now.pop(turn.evse_id, None)
            if place is None:
                ended.setdefault(turn.evse_id, turn.at)
            else:
                begun[place] = (begun[place][0], turn.at)
        if turn.begins:
            ended.setdefault(turn.evse_id, turn.at)
            open_now[turn.evse_id] = len(begun)
            begun.append((turn, None))
    update_rows("chargers_outage", _ENDED, list(ended.items()), while_null="until")
    insert_new("chargers_outage", _BEGUN, [_row(turn, until) for turn, until in begun])


def _row(turn: Turn, until: datetime | None) -> tuple[int, str, str, datetime, datetime | None]:
    return turn.evse_id, turn.after, storable(turn.error_code, 64), turn.at, until
