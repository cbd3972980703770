"""When a charge point was heard last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from evkit.core.db import columns, update_rows

_TABLE = "chargers_chargepointstate"
_COLUMNS = columns(charge_point_id="bigint", last_seen_at="timestamptz")


def note_seen(heard: Iterable[tuple[int, datetime]]) -> None:
    """Store the latest receipt time of each charge point; one statement for all of (id, time).

    A charge point whose state another transaction is changing is passed over: it is heard of anyway, and
    waiting here while holding others would stop both lanes.
    """
    latest: dict[int, datetime] = {}
    for charge_point_id, at in heard:
        if charge_point_id not in latest or at > latest[charge_point_id]:
            latest[charge_point_id] = at
    update_rows(_TABLE, _COLUMNS, sorted(latest.items()), skip_locked=True)
