"""Settling stops that fit no transaction: attach, make a transaction of it, or dismiss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import Evse
from charging.events import TransactionEnded
from charging.metering.energy import JUMP_WH
from charging.models import IdToken, OrphanStop, Transaction
from charging.models.id_token import token_key
from charging.services.ending import Ending, end_transaction
from charging.services.idle import draw_nothing
from charging.services.profiles import note_transaction_over
from charging.types import Flag, Settlement
from evkit.core.errors import InvalidInputError, NotFoundError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from evkit.core.texts import storable


class AlreadySettledError(InvalidInputError):
    """Somebody, or a repetition of the message, settled the stop before."""

    code = "already_settled"


@dataclass(frozen=True, slots=True)
class Settling:
    """Who settles a stop, when, and why (may be empty except for a dismissal)."""

    actor: Actor
    now: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Beginning:
    """The start that was never received: connector, time, and register in Wh."""

    connector: int
    at: datetime
    meter_wh: float


@database.atomic
def attach_stop(*, pk: int, number: int, settling: Settling) -> Transaction:
    """End transaction `number` with the stop, which then counts like one that named it.

    Raises:
        NotFoundError: there is no such stop.
        AlreadySettledError: it was settled before.
        InvalidInputError: that transaction has its stop, is another charge point's, or began later.
    """
    stop = _waiting(pk)
    rows = Transaction.objects.filter(pk=number, charge_point_id=stop.charge_point_id)
    row = rows.select_for_update(of=("self",)).first()
    if row is None or row.ended_received_at is not None:
        text = _("Transaction %(number)d of this charge point does not wait for a stop. Choose another.")
        raise InvalidInputError(text % {"number": number}, field="transaction")
    if stop.stopped_at < row.started_at:
        text = _("Transaction %(number)d began after this stop. Choose another.")
        raise InvalidInputError(text % {"number": number}, field="transaction")
    was_open = row.ended_at is None
    end_transaction(row, _ending(stop), _flags(row, stop))
    if was_open:
        draw_nothing(row.evse_id, stop.stopped_at)
        note_transaction_over(row.charge_point_id, row.evse_id, settling.now)
    _settle(stop, Settlement.ATTACHED, row, settling)
    return row


@database.atomic
def make_transaction(*, pk: int, beginning: Beginning, settling: Settling) -> Transaction:
    """Make a transaction of the stop and of what somebody knows of its start.

    Raises:
        NotFoundError: there is no such stop.
        AlreadySettledError: it was settled before.
        InvalidInputError: no such connector, a start after the stop, or a register above it.
    """
    stop = _waiting(pk)
    evse = Evse.objects.filter(charge_point_id=stop.charge_point_id, number=beginning.connector).first()
    if evse is None:
        raise InvalidInputError(_("The charge point has no such connector."), field="connector")
    _check(stop, beginning)
    token = IdToken.objects.filter(key=token_key(stop.id_tag)).first() if stop.id_tag else None
    row = Transaction.objects.create(
        charge_point_id=stop.charge_point_id,
        evse=evse,
        id_token=token,
        id_tag=stop.id_tag,
        vehicle_id=token.vehicle_id if token else None,
        start_key=f"stop-{stop.digest}",
        started_at=beginning.at,
        started_received_at=stop.received_at,
        ended_at=stop.stopped_at,
        meter_start_wh=beginning.meter_wh,
        flags=[Flag.MADE_BY_HAND.value],
    )
    end_transaction(row, _ending(stop), _flags(row, stop))
    _settle(stop, Settlement.MADE, row, settling)
    return row


@database.atomic
def dismiss_stop(*, pk: int, settling: Settling) -> OrphanStop:
    """Take the stop out of quarantine without a transaction; it stays kept, with the reason.

    Raises:
        NotFoundError: there is no such stop.
        AlreadySettledError: it was settled before.
        InvalidInputError: the reason is missing.
    """
    if not settling.reason.strip():
        raise InvalidInputError(_("Say why this stop is dismissed."), field="reason")
    stop = _waiting(pk)
    _settle(stop, Settlement.DISMISSED, None, settling)
    return stop


def _waiting(pk: int) -> OrphanStop:
    rows = OrphanStop.objects.select_for_update(of=("self",)).select_related("charge_point")
    stop = rows.filter(pk=pk).first()
    if stop is None:
        raise NotFoundError(_("There is no such stop."))
    if stop.settled_at is not None or stop.transaction_id is not None:
        raise AlreadySettledError(_("This stop was settled meanwhile. Reload the page."))
    return stop


def _check(stop: OrphanStop, beginning: Beginning) -> None:
    if beginning.at >= stop.stopped_at:
        raise InvalidInputError(_("The start must be before the stop."), field="started_at")
    meter = _meter(stop)
    if beginning.meter_wh < 0 or (meter is not None and not 0 <= meter - beginning.meter_wh <= JUMP_WH):
        text = _("The meter at the start must be below the one at the stop, and no more than 1 MWh.")
        raise InvalidInputError(text, field="meter_start")


def _meter(stop: OrphanStop) -> float | None:
    known = stop.meter_stop_wh is not None and 0 <= stop.meter_stop_wh <= 2**32
    return stop.meter_stop_wh if known else None


def _ending(stop: OrphanStop) -> Ending:
    return Ending(stop.stopped_at, stop.received_at, _meter(stop), stop.reason, stop.id_tag)


def _flags(row: Transaction, stop: OrphanStop) -> list[str]:
    meter = _meter(stop)
    flags = {
        Flag.MATCHED_STOP: Flag.MADE_BY_HAND not in row.flags,
        Flag.METER_UNKNOWN: meter is None,
        Flag.METER_DOWN: meter is not None and meter < row.meter_start_wh,
    }
    return [flag.value for flag, on in flags.items() if on]


def _settle(stop: OrphanStop, how: Settlement, row: Transaction | None, settling: Settling) -> None:
    stop.transaction = row
    stop.settlement = how
    stop.settled_at = settling.now
    stop.settled_name = settling.actor.name[:150]
    stop.settled_reason = storable(settling.reason.strip(), 255)
    stop.save()
    site_id = stop.charge_point.site_id
    details = {"stop": stop.pk, "transaction": row.pk if row else None, "reason": stop.settled_reason}
    record(
        Deed(
            actor=settling.actor,
            verb=f"stop_{how.value}",
            object_type="charge_point",
            object_key=stop.charge_point.identity,
            site_id=site_id,
            details=details,
        )
    )
    if row is not None:
        publish_after_commit(TransactionEnded(row.pk, row.charge_point_id, site_id, row.evse_id))
    publish_after_commit(ChargePointChanged(stop.charge_point_id, site_id))
