"""Judging the energy of ended transactions, and correcting it by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from charging.metering.trust import COVERED, Evidence, Verdict, integrate, judge
from charging.models import EnergyCorrection, Transaction
from charging.selectors import samples_of
from charging.types import Flag
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor, Deed, record
from evkit.core.texts import storable

LATE: Final = timedelta(minutes=2)
"""How long after its end the last meter values of a transaction may arrive."""

AT_ONCE: Final = 200
HIGHEST_WH: Final = 10_000_000.0
JUDGED: Final = {flag.value for flag in (Flag.REGISTER_RESTARTED, Flag.UNIT_KWH, Flag.UNIT_WH)}


class UnableToCorrectError(InvalidInputError):
    """The energy cannot be corrected like this."""

    code = "unable_to_correct"


def judge_ended(*, now: datetime) -> int:
    """Judge the energy of transactions that ended a while ago; return of how many."""
    rows = Transaction.objects.filter(energy_judged_at=None, ended_at__lt=now - LATE).select_related(
        "evse", "charge_point"
    )
    found = list(rows.order_by("pk")[:AT_ONCE])
    for row in found:
        _store(row, judge(evidence_of(row)), now)
    return len(found)


def evidence_of(row: Transaction) -> Evidence:
    """Return what is known of the energy of an ended transaction."""
    points = samples_of(row).filter(power_w__isnull=False).values_list("measured_at", "power_w")
    energy_wh, covered_s = integrate((at.timestamp(), power or 0.0) for at, power in points.iterator())
    ended_at = row.ended_at or row.started_at
    length_s = (ended_at - row.started_at).total_seconds()
    enough = length_s > 0 and covered_s >= COVERED * length_s
    return Evidence(
        energy_wh=row.energy_wh,
        integrated_wh=energy_wh if enough else None,
        restarted=row.segment_start_wh is not None and row.meter_start_wh >= 0,
        meter_down=Flag.METER_DOWN in row.flags,
        meter_unknown=Flag.METER_UNKNOWN in row.flags,
        measured=row.meter_last_wh is not None,
    )


@database.atomic
def _store(row: Transaction, verdict: Verdict, now: datetime) -> None:
    """Store a verdict, unless the transaction got its real end meanwhile."""
    kept = [flag for flag in row.flags if flag not in JUDGED]
    same = Transaction.objects.filter(
        pk=row.pk, energy_judged_at=None, ended_at=row.ended_at, ended_received_at=row.ended_received_at
    )
    changed = same.update(
        energy_judged_at=now,
        energy_suspect=verdict.suspect,
        energy_proposal_wh=verdict.proposal_wh,
        flags=[*kept, *(flag.value for flag in verdict.flags)],
    )
    if changed and (verdict.suspect or verdict.flags):
        publish_after_commit(ChargePointChanged(row.charge_point_id, row.charge_point.site_id))


@database.atomic
def correct_energy(
    *, number: int, value_wh: float | None, reason: str, now: datetime, actor: Actor = SYSTEM
) -> EnergyCorrection:
    """Decide what the energy of an ended transaction was; None lets the measured energy stand as judged.

    Raises:
        UnableToCorrectError: it still runs, the value is impossible, or there is no reason.
    """
    row = Transaction.objects.select_for_update(of=("self",)).select_related("charge_point").get(pk=number)
    reason = storable(reason.strip(), 255)
    if row.ended_at is None:
        raise UnableToCorrectError(_("The transaction still runs; correct it once it has ended."))
    if value_wh is not None and not 0 <= value_wh <= HIGHEST_WH:
        raise UnableToCorrectError(_("The energy must be between 0 and 10,000 kWh."), field="value_wh")
    if not reason:
        raise UnableToCorrectError(_("Say why the energy is corrected."), field="reason")
    made = EnergyCorrection.objects.create(
        transaction=row,
        at=now,
        name=actor.name,
        before_wh=row.trusted_wh,
        value_wh=value_wh,
        reason=reason,
    )
    Transaction.objects.filter(pk=row.pk).update(corrected_wh=value_wh)
    record(
        Deed(
            actor=actor,
            verb="correct",
            object_type="transaction",
            object_key=str(row.pk),
            site_id=row.charge_point.site_id,
            details={"before_wh": made.before_wh, "value_wh": value_wh, "reason": reason},
        )
    )
    publish_after_commit(ChargePointChanged(row.charge_point_id, row.charge_point.site_id))
    return made
