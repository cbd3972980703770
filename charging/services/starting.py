"""Starting transactions: always stored and answered, whatever is odd about them (OCPP 1.6 §4.8)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError
from django.db import transaction as database

from chargers.device_time import DeviceTime
from chargers.events import ChargePointChanged
from chargers.models import Evse, EvseState
from chargers.ocpp.handling import Batch, InboundCall
from chargers.services.evses import ensure_evses, is_connector
from chargers.types import ConnectorStatus
from charging.events import TransactionEnded, TransactionStarted
from charging.models import Transaction
from charging.models.id_token import token_key
from charging.services.authorization import Decision, authorised_at, authorize
from charging.services.presumption import presume_ended
from charging.services.remote import note_start
from charging.services.reservations import use_reservation
from charging.types import AuthorizationStatus, Flag, Step
from evkit.core.texts import storable

OFFLINE_AGE: Final = timedelta(seconds=120)
"""A start or stop that arrives this late was made while the charge point was offline."""

ATTEMPTS: Final = 4
_PLUGGED_IN: Final = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


@dataclass(frozen=True, slots=True)
class Start:
    """A transaction as a charge point announces it.

    Attributes:
        call: the message it came in.
        connector: as sent; 0 or nonsense where the charge point does not number its connectors.
        id_tag: as sent.
        meter_wh: the register, negative if unknown.
        time: when.
        raw_time: when, as sent; part of what makes a repetition recognisable.
        reservation_id: what it consumes, None if nothing.
    """

    call: InboundCall
    connector: int
    id_tag: str
    meter_wh: float
    time: DeviceTime
    raw_time: str
    reservation_id: int | None = None

    @property
    def offline(self) -> bool:
        """Whether it happened well before it was received."""
        return self.time.trusted and self.call.received_at - self.time.at > OFFLINE_AGE

    @property
    def key(self) -> str:
        """What is the same in a repetition."""
        parts = (str(self.connector), token_key(self.id_tag), self.raw_time, repr(float(self.meter_wh)))
        return hashlib.blake2b("|".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Started:
    """The answer: our number, and the decision about the tag."""

    number: int
    decision: Decision


def start_transaction(start: Start, batch: Batch) -> Started:
    """Store a transaction and decide about its tag; a repetition gets the first one's answer.

    A transaction that is still open on the connector is closed as presumed ended. A start that is
    older than the open transaction is stored as presumed ended itself.
    """
    collision: IntegrityError | None = None
    for _ in range(ATTEMPTS):
        repeated = _find_repeated(start)
        if repeated is not None:
            batch.deviate(start.call, "repeated-start", "the same start under another message id")
            return Started(repeated.pk, _same_decision(repeated, start))
        mark = batch.mark()
        try:
            with database.atomic():
                return _start(start, batch)
        except IntegrityError as error:
            batch.rewind(mark)
            collision = error
    raise RuntimeError("The start collided with other processes again and again.") from collision


def _find_repeated(start: Start) -> Transaction | None:
    mine = Transaction.objects.filter(charge_point_id=start.call.link.charge_point_id)
    first = mine.filter(start_key=start.key).first()
    if first is None or start.time.trusted or first.ended_at is None:
        return first
    return mine.filter(start_key__startswith=f"{start.key}-", ended_at=None).first()


def _same_decision(repeated: Transaction, start: Start) -> Decision:
    again = authorize(
        charge_point_id=repeated.charge_point_id,
        id_tag=start.id_tag,
        at=repeated.started_at,
        concurrency=False,
    )
    return Decision(
        status=AuthorizationStatus(repeated.authorization),
        parent=again.parent,
        expires_at=again.expires_at,
    )


def _start(start: Start, batch: Batch) -> Started:
    link = start.call.link
    evse_id, number, odd_connector = _place(start, batch)
    at = start.time.at
    decision = authorize(
        charge_point_id=link.charge_point_id,
        id_tag=start.id_tag,
        at=at,
        evse_id=evse_id,
        offline=start.offline,
    )
    overtaken = _close_open(evse_id, start, batch)
    flags = _flags(start, decision, odd_connector=odd_connector, overtaken=overtaken)
    row = Transaction.objects.create(
        charge_point_id=link.charge_point_id,
        evse_id=evse_id,
        id_token_id=decision.token_id,
        id_tag=storable(start.id_tag, 255),
        vehicle_id=decision.vehicle_id,
        authorization=decision.status,
        start_key=_free_key(start),
        reservation_id=start.reservation_id,
        connected_at=_connected_at(evse_id, at),
        authorised_at=authorised_at(charge_point_id=link.charge_point_id, id_tag=start.id_tag, before=at),
        started_at=at,
        started_received_at=start.call.received_at,
        ended_at=at if overtaken else None,
        step=Step.STOPPED if overtaken else Step.STARTED,
        meter_start_wh=start.meter_wh,
        flags=flags,
    )
    use_reservation(transaction=row, connector=number, parent=decision.parent)
    if not overtaken:
        EvseState.objects.filter(pk=evse_id).update(soc_percent=None)
        batch.publish(TransactionStarted(row.pk, link.charge_point_id, link.site_id, evse_id))
    note_start(charge_point_id=link.charge_point_id, id_tag=start.id_tag, connector=number, batch=batch)
    batch.publish(ChargePointChanged(link.charge_point_id, link.site_id))
    return Started(row.pk, decision)


def _place(start: Start, batch: Batch) -> tuple[int, int, bool]:
    """Return the EVSE, its number, and whether the connector was not a declared one."""
    link = start.call.link
    if is_connector(start.connector):
        found = Evse.objects.filter(charge_point_id=link.charge_point_id, number=start.connector)
        row = found.values_list("pk", "declared").first()
        if row is not None:
            return row[0], start.connector, not row[1]
        ids = ensure_evses([(start.call, start.connector)], batch)
        return ids[link.charge_point_id, start.connector], start.connector, True
    batch.deviate(start.call, "start-without-connector", "a start on the charge point as a whole")
    own = list(Evse.objects.filter(charge_point_id=link.charge_point_id).values_list("pk", "number")[:2])
    if len(own) == 1:
        return own[0][0], own[0][1], True
    ids = ensure_evses([(start.call, 1)], batch)
    return ids[link.charge_point_id, 1], 1, True


def _close_open(evse_id: int, start: Start, batch: Batch) -> bool:
    """Close what is open on the connector; return whether it began after this start instead."""
    current = Transaction.objects.open().filter(evse_id=evse_id).select_for_update(of=("self",)).first()
    if current is None:
        return False
    if start.time.trusted and start.time.at < current.started_at and start.offline:
        return True
    last_sign = min(current.measured_at or start.time.at, start.time.at)
    if presume_ended(current, last_sign, Flag.PRESUMED_NEWER):
        link = start.call.link
        batch.publish(TransactionEnded(current.pk, link.charge_point_id, link.site_id, evse_id))
    return False


def _flags(start: Start, decision: Decision, *, odd_connector: bool, overtaken: bool) -> list[str]:
    flags = {
        Flag.OFFLINE_START: start.offline,
        Flag.NOT_AUTHORISED: decision.status != AuthorizationStatus.ACCEPTED,
        Flag.CLOCK: not start.time.trusted,
        Flag.UNKNOWN_CONNECTOR: odd_connector,
        Flag.PRESUMED_ENDED: overtaken,
        Flag.PRESUMED_NEWER: overtaken,
    }
    return [flag.value for flag, applies in flags.items() if applies]


def _free_key(start: Start) -> str:
    """Return the start key; numbered where a device without a clock sends the same again."""
    mine = Transaction.objects.filter(charge_point_id=start.call.link.charge_point_id)
    if start.time.trusted or not mine.filter(start_key=start.key).exists():
        return start.key
    return f"{start.key}-{mine.filter(start_key__startswith=start.key).count()}"


def _connected_at(evse_id: int, started_at: datetime) -> datetime | None:
    """Return since when the connector was no longer free, None if that is not known."""
    row = EvseState.objects.filter(pk=evse_id).values_list("status", "status_since").first()
    if row is None or row[0] not in _PLUGGED_IN or row[1] is None or row[1] > started_at:
        return None
    return row[1]
