"""Stopping transactions: always confirmed; what fits no transaction is kept (OCPP 1.6 §4.10)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chargers.device_time import DeviceTime
from chargers.events import ChargePointChanged
from chargers.ocpp.handling import Batch, InboundCall
from charging.events import TransactionEnded
from charging.metering.reading import Moment
from charging.models import OrphanStop, Transaction
from charging.services.authorization import Decision, authorize
from charging.services.ending import Ending, end_transaction
from charging.services.idle import draw_nothing
from charging.services.matching import find_stopped, is_same_stop
from charging.services.metering import MeterReport, record_meter_values
from charging.services.profiles import note_transaction_over
from charging.services.remote import note_stop
from charging.services.starting import OFFLINE_AGE
from charging.types import Flag
from evkit.core.texts import storable

IMPLAUSIBLE_WH: Final = float(2**32)
_INT64: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stop:
    """The end of a transaction as a charge point announces it.

    Attributes:
        call: the message it came in.
        claimed: the transaction number as sent; -1, 0 or nonsense where it is not known there.
        id_tag: who ended it, "" if nobody did.
        meter_wh: the register, negative if unknown.
        time: when.
        raw_time: when, as sent.
        reason: as sent, "" if left out (then it is Local, OCPP 1.6 §4.10).
        moments: meter values of the transaction that came along.
        payload: the message as plain JSON types, kept where no transaction is found.
    """

    call: InboundCall
    claimed: int
    id_tag: str
    meter_wh: float
    time: DeviceTime
    raw_time: str
    reason: str
    moments: Sequence[Moment]
    payload: Mapping[str, object]

    @property
    def offline(self) -> bool:
        """Whether it happened well before it was received."""
        return self.time.trusted and self.call.received_at - self.time.at > OFFLINE_AGE

    @property
    def meter_known(self) -> bool:
        """Whether the register can be believed."""
        return 0 <= self.meter_wh <= IMPLAUSIBLE_WH

    @property
    def digest(self) -> str:
        """What is the same in a repetition."""
        parts = (str(self.claimed), self.raw_time, repr(float(self.meter_wh)), self.id_tag)
        return hashlib.blake2b("|".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Stopped:
    """The answer: our number if the transaction is known, and the decision if a tag was given."""

    number: int | None
    decision: Decision | None


def stop_transaction(stop: Stop, batch: Batch) -> Stopped:
    """End a transaction, or keep the stop of one that cannot be found; twice is the same as once."""
    number = _apply(stop, batch)
    batch.publish(ChargePointChanged(stop.call.link.charge_point_id, stop.call.link.site_id))
    return Stopped(number, _decide(stop))


def _decide(stop: Stop) -> Decision | None:
    if not stop.id_tag:
        return None
    return authorize(
        charge_point_id=stop.call.link.charge_point_id,
        id_tag=stop.id_tag,
        at=stop.time.at,
        concurrency=False,
    )


def _apply(stop: Stop, batch: Batch) -> int | None:
    charge_point_id = stop.call.link.charge_point_id
    kept = OrphanStop.objects.filter(charge_point_id=charge_point_id, digest=stop.digest).first()
    found = find_stopped(stop)
    row = found.transaction
    if kept is not None and not _counts_now(kept, row, stop):
        batch.deviate(stop.call, "repeated-stop", "the same stop under another message id")
        return kept.transaction_id
    if row is None:
        batch.deviate(stop.call, "unknown-transaction", "kept as an orphan stop")
        _keep(stop, None)
        return None
    if row.ended_received_at is not None:
        code = "repeated-stop" if is_same_stop(row, stop) else "second-stop"
        batch.deviate(stop.call, code, "the transaction has ended already")
        return row.pk
    if found.guessed:
        batch.deviate(stop.call, "unknown-transaction", "matched by connector, meter and time")
        _keep(stop, row)
    _end(row, stop, batch, guessed=found.guessed)
    return row.pk


def _counts_now(kept: OrphanStop, row: Transaction | None, stop: Stop) -> bool:
    """Tell whether a stop that was kept before ends a transaction now.

    It does if none was found the first time, or if without a clock all stops look the same.
    """
    waits = row is not None and row.ended_received_at is None and kept.settled_at is None
    return waits and (kept.transaction_id is None or not stop.time.trusted)


def _keep(stop: Stop, row: Transaction | None) -> None:
    OrphanStop.objects.update_or_create(
        charge_point_id=stop.call.link.charge_point_id,
        digest=stop.digest,
        defaults={
            "claimed_id": stop.claimed if abs(stop.claimed) <= _INT64 else None,
            "id_tag": storable(stop.id_tag, 255),
            "meter_stop_wh": stop.meter_wh,
            "stopped_at": stop.time.at,
            "received_at": stop.call.received_at,
            "reason": storable(stop.reason, 64),
            "payload": dict(stop.payload),
            "transaction": row,
        },
    )


def _end(row: Transaction, stop: Stop, batch: Batch, *, guessed: bool) -> None:
    link = stop.call.link
    if stop.moments:
        record_meter_values([MeterReport(stop.call, row.evse.number, row.pk, stop.moments)], batch)
    row = Transaction.objects.select_for_update(of=("self",)).get(pk=row.pk)
    ending = Ending(
        at=stop.time.at,
        received_at=stop.call.received_at,
        meter_wh=stop.meter_wh if stop.meter_known else None,
        reason=stop.reason,
        id_tag=stop.id_tag,
    )
    if not end_transaction(row, ending, _flags(row, stop, guessed=guessed)):
        return
    draw_nothing(row.evse_id, stop.time.at)
    note_transaction_over(link.charge_point_id, row.evse_id, batch.now)
    note_stop(charge_point_id=link.charge_point_id, number=row.pk, batch=batch)
    batch.publish(TransactionEnded(row.pk, link.charge_point_id, link.site_id, row.evse_id))


def _flags(row: Transaction, stop: Stop, *, guessed: bool) -> list[str]:
    flags = {
        Flag.OFFLINE_STOP: stop.offline,
        Flag.CLOCK: not stop.time.trusted,
        Flag.METER_UNKNOWN: not stop.meter_known,
        Flag.METER_DOWN: 0 <= stop.meter_wh < row.meter_start_wh,
        Flag.STOP_BEFORE_START: stop.time.at < row.started_at,
        Flag.MATCHED_STOP: guessed,
    }
    return [flag.value for flag, on in flags.items() if on]
