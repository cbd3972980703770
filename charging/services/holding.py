"""Held charges where nobody shares the power: a pause stands for the hold, until that is over (R17, R18).

Smart charging gives a held charge nothing (`charging.services.overriding`). Once it is off, or the charge
point has left its site, the charge is paused instead, so that it does not begin. The pause ends with the hold
and lies on top of all limits where smart charging is on again meanwhile; who resumes it ends the hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from chargers.models import Command
from chargers.types import CommandState
from charging.models import ChargeOverride, Pause, Transaction
from charging.models.pause import GIVEN_UP
from charging.services.pausing import UnableToPauseError, pause_charge, resume_charge
from charging.services.scheduling import SCHEDULE
from charging.services.smart.marks import SMART
from charging.types import OverrideKind
from charging.usability import usability
from evkit.core.recorders import Actor

HOLD: Final = Actor(name="evkit (hold)")
"""Who pauses for a hold, and resumes; a pause that somebody else asked for is left alone."""

AGAIN: Final = timedelta(minutes=2)
"""A charge point that refused is asked again after so long."""

OURSELVES: Final = ("", HOLD.name, SCHEDULE.name, SMART.name)


def settle_holds(charges: QuerySet[Transaction], now: datetime) -> frozenset[int]:
    """Pause what is held where nobody shares the power, resume what is not held any more.

    Args:
        charges: the transactions that are looked at.
        now: the moment that counts.

    Returns the EVSE ids of held charges that no pause holds yet: what else holds them has to stay.
    """
    holds = {
        row.transaction_id: row
        for row in ChargeOverride.objects.in_force(now)
        .filter(kind=OverrideKind.HOLD, transaction__in=charges)
        .select_related("transaction__evse__charge_point__site", "transaction__evse__charge_point__state")
    }
    _end_overruled(holds, now)
    _resume_released(charges, holds, now)
    alone = {pk: row for pk, row in holds.items() if _unshared(row.transaction) and row.ended_at is None}
    accepted = Pause.objects.in_force().filter(transaction__in=alone, command__state=CommandState.ACCEPTED)
    paused = set(accepted.values_list("transaction", flat=True))
    waiting = [row for pk, row in alone.items() if pk not in paused]
    for row in waiting:
        _pause(row, now)
    return frozenset(row.transaction.evse_id for row in waiting)


def _unshared(charge: Transaction) -> bool:
    site = charge.evse.charge_point.site
    return site is None or not site.smart_charging_enabled


def _end_overruled(holds: Mapping[int, ChargeOverride], now: datetime) -> None:
    """End the holds whose pause somebody has ended since."""
    over = Pause.objects.filter(transaction__in=holds, paused_name=HOLD.name, ended_at__isnull=False)
    for pause in over.exclude(ended_name__in=OURSELVES).exclude(command__state__in=GIVEN_UP):
        row = holds[pause.transaction_id]
        if pause.ended_at is not None and pause.ended_at >= row.since:
            row.ended_at, row.ended_name = now, pause.ended_name
            row.save(update_fields=["ended_at", "ended_name"])


def _pause(row: ChargeOverride, now: datetime) -> None:
    """Pause a held charge, unless it is away, asked already, or has just refused."""
    charge = row.transaction
    mine = Pause.objects.filter(transaction=charge, paused_name=HOLD.name, since__gt=now - AGAIN)
    if not _connected(charge) or mine.filter(command__state__in=GIVEN_UP).exists():
        return
    details = {"until": row.until.isoformat()}
    try:
        pause_charge(evse=charge.evse, now=now, actor=HOLD, reason=row.reason, details=details)
    except UnableToPauseError:
        return


def _resume_released(
    charges: QuerySet[Transaction], holds: Mapping[int, ChargeOverride], now: datetime
) -> None:
    """Let go on what was paused for a hold that is over, as soon as its schedule lets it charge."""
    mine = Pause.objects.in_force().filter(paused_name=HOLD.name, transaction__in=charges)
    over = [
        pause
        for pause in mine.select_related(
            "transaction__evse__charge_point__site", "transaction__evse__charge_point__state"
        )
        if (hold := holds.get(pause.transaction_id)) is None or hold.ended_at is not None
    ]
    schedules = usability([pause.evse_id for pause in over], now) if over else {}
    for pause in over:
        how = schedules.get(pause.evse_id)
        if how is None or how.permits(pause.transaction):
            _resume(pause, now)


def _resume(pause: Pause, now: datetime) -> None:
    evse = pause.transaction.evse
    asked = Command.objects.filter(
        charge_point=evse.charge_point_id, evse_number=evse.number, requested_name=HOLD.name,
        created_at__gt=now - AGAIN,
    ).exclude(pk=pause.command_id)  # fmt: skip
    if not _connected(pause.transaction) or asked.exists():
        return
    try:
        resume_charge(evse=evse, now=now, actor=HOLD, reason=pause.reason)
    except UnableToPauseError:
        return


def _connected(charge: Transaction) -> bool:
    state = getattr(charge.evse.charge_point, "state", None)
    return bool(state and state.connected)
