"""Finding the transaction that a stop means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from charging.metering.energy import TOLERANCE_WH
from charging.models import Transaction
from charging.models.id_token import token_key

if TYPE_CHECKING:
    from charging.services.stopping import Stop

_INT32: Final = 2**31 - 1
_SLACK: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Found:
    """The transaction of a stop; `guessed` if not by its number."""

    transaction: Transaction | None
    guessed: bool = False


def find_stopped(stop: Stop) -> Found:
    """Return the transaction that `stop` ends.

    The number decides, unless that transaction ended before with another stop and exactly one other
    fits. Without a number that was issued to this charge point, the stop must fit exactly one
    transaction that waits for its stop, by meter and time (and by tag, if several fit).
    """
    named = _named(stop)
    if named is not None and (named.ended_received_at is None or is_same_stop(named, stop)):
        return Found(named)
    guess = _only_fitting(stop)
    if guess is not None:
        return Found(guess, guessed=True)
    return Found(named)


def is_same_stop(row: Transaction, stop: Stop) -> bool:
    """Tell whether the ended transaction `row` was ended by a stop like this one."""
    same_meter = row.meter_stop_wh == (stop.meter_wh if stop.meter_known else None)
    return same_meter and (row.ended_at == stop.time.at or not stop.time.trusted)


def _named(stop: Stop) -> Transaction | None:
    if not 0 < stop.claimed <= _INT32:
        return None
    return (
        Transaction.objects.select_related("evse")
        .filter(pk=stop.claimed, charge_point_id=stop.call.link.charge_point_id)
        .first()
    )


def _only_fitting(stop: Stop) -> Transaction | None:
    waiting = Transaction.objects.select_related("evse").filter(
        charge_point_id=stop.call.link.charge_point_id, ended_received_at=None
    )
    fitting = [row for row in waiting.order_by("-started_at")[:50] if _fits(row, stop)]
    open_ones = [row for row in fitting if row.ended_at is None]
    for choice in (open_ones, fitting):
        if len(choice) == 1:
            return choice[0]
        key = token_key(stop.id_tag)
        same_tag = [row for row in choice if key and token_key(row.id_tag) == key]
        if len(same_tag) == 1:
            return same_tag[0]
    return None


def _fits(row: Transaction, stop: Stop) -> bool:
    if stop.time.trusted:
        if stop.time.at < row.started_at:
            return False
        if row.ended_at is not None and stop.time.at > row.ended_at + _SLACK:
            return False
    if not stop.meter_known:
        return True
    return stop.meter_wh >= max(row.meter_start_wh, row.meter_last_wh or 0.0) - TOLERANCE_WH
