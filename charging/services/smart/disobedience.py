"""Connectors that draw more than they were told: they are told again in other ways, and somebody is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from charging.events import LimitDisobeyed
from charging.services.smart.ladder import (
    LAST,
    has_given_up,
    is_due,
    note_disobedience,
    note_obedience,
)
from charging.services.smart.marks import SMART
from charging.services.smart.places import Place
from charging.services.smart.sending import Outbox, send_limit
from charging.services.smart.storing import LimitRow
from charging.smart.connector import Connector
from charging.smart.planner import Why
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Deed, record

PROOF: Final = 0.8


def face_disobedience(place: Place, seen: Connector, why: Why, now: datetime, outbox: Outbox) -> None:
    """Take the next step of the ladder where a limit is not obeyed; note it where one is.

    The first time, and when nothing is left to be tried, it is written into the journal and told to the
    other apps.
    """
    row = place.row
    if why is not Why.DISOBEYS:
        _note_obeyed(row, seen)
        return
    if seen.refuses:
        _face_refusal(place, seen, now, outbox)
        return
    if not is_due(row, now) or row.sent is not None or seen.confirmed is None or seen.measured is None:
        return
    tries = row.tries
    note_disobedience(row, seen.measured / max(seen.confirmed, seen.step), now)
    if tries == 0 or (tries < LAST <= row.tries):
        _tell(place, seen)
    send_limit(place, place.floor if has_given_up(row) else seen.confirmed, now, outbox, raises=False)


def _face_refusal(place: Place, seen: Connector, now: datetime, outbox: Outbox) -> None:
    """Ask for no power once more, or for what it takes at least; the first time somebody is told."""
    row = place.row
    if row.missed_at is None:
        row.missed_at = now
        _tell(place, seen)
    if is_due(row, now) and row.sent is None:
        send_limit(place, place.floor, now, outbox, raises=False)


def _note_obeyed(row: LimitRow, seen: Connector) -> None:
    """Where it was measured to obey after it had the time to, the way that it was told is the right one."""
    if seen.measured is None or not seen.confirmed or not seen.charging:
        return
    if seen.confirmed_ago_s >= seen.latency_s:
        proven = seen.measured >= PROOF * seen.confirmed and seen.confirmed <= PROOF * seen.hardware
        note_obedience(row, proven=proven)


def _tell(place: Place, seen: Connector) -> None:
    point = place.evse.charge_point
    facts = {
        "connector": place.evse.number,
        "told": seen.confirmed,
        "measured": seen.measured,
        "unit": "W" if place.settings.in_watts else "A",
        "failures": place.row.tries,
    }
    record(Deed(SMART, "limit_disobeyed", "charge_point", point.identity, point.site_id, facts))
    publish_after_commit(
        LimitDisobeyed(
            charge_point_id=point.id,
            site_id=point.site_id,
            evse_id=place.evse.id,
            told=seen.confirmed or 0.0,
            measured=seen.measured or 0.0,
            last=has_given_up(place.row),
        )
    )
