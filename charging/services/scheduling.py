"""What happens to running charges when the schedule of their connector begins and ends (R20).

Where smart charging shares the power of the site, it gives a barred connector nothing by itself; elsewhere
the charge is paused by a profile. Stopping is the same for both. A sweep and the start of a charge come here,
so that a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.db.models import Q

from chargers.models import Command
from chargers.services.commands import queue_command
from chargers.services.quirks import quirks_of
from chargers.types import CommandState
from charging.models import Pause, Transaction
from charging.models.pause import GIVEN_UP
from charging.services.pausing import UnableToPauseError, pause_charge, resume_charge
from charging.usability import Usability, usability
from evkit.core.recorders import Actor

STOP: Final = "RemoteStopTransaction"
SCHEDULE: Final = Actor(name="evkit (schedule)")
"""Who pauses, resumes and stops by schedule; a pause that somebody else asked for is left alone."""

AGAIN: Final = timedelta(minutes=2)
"""A charge point that refused is asked again after so long."""

UNDECIDED: Final = (CommandState.QUEUED, CommandState.SENT)


def enforce_schedules(*, now: datetime, evse_ids: Iterable[int] | None = None) -> int:
    """Pause, resume or stop running charges as their schedules say; return how many were told so.

    Args:
        now: the moment that counts.
        evse_ids: only these connectors; None for all that have a group, or were paused by one.
    """
    mine = Pause.objects.in_force().filter(paused_name=SCHEDULE.name)
    rows = Transaction.objects.open().filter(
        Q(evse__groups__isnull=False) | Q(pk__in=mine.values("transaction"))
    )
    if evse_ids is not None:
        rows = rows.filter(evse__in=list(evse_ids))
    charges = {
        row.evse_id: row
        for row in rows.distinct().select_related("evse__charge_point__site", "evse__charge_point__state")
    }
    pauses = {
        row.transaction_id: row for row in Pause.objects.in_force().filter(transaction__in=charges.values())
    }
    found = usability(charges, now)
    return sum(_enforce(charge, found.get(pk), pauses, now) for pk, charge in charges.items())


@database.atomic
def _enforce(charge: Transaction, how: Usability | None, pauses: Mapping[int, Pause], now: datetime) -> bool:
    """Do what is due for one charge; no group (None) bars nothing, and what one has paused goes on."""
    pause = pauses.get(charge.pk)
    if how is None or how.permits(charge):
        return pause is not None and pause.paused_name == SCHEDULE.name and _resume(charge, pause, now)
    peculiar = quirks_of(charge.evse.charge_point).pause_not_stop
    if how.stops(charge) and not peculiar:
        return _stop(charge, how, now)
    site = charge.evse.charge_point.site
    if pause is not None or (site is not None and site.smart_charging_enabled):
        return False
    return _pause(charge, how, now)


def _stop(charge: Transaction, how: Usability, now: datetime) -> bool:
    """Ask once for the end of a charge; again where the charge point refused or did not answer."""
    asked = Command.objects.filter(
        charge_point=charge.charge_point_id, action=STOP, payload__transactionId=charge.number
    )
    if asked.filter(state__in=UNDECIDED).exists() or asked.filter(created_at__gt=now - AGAIN).exists():
        return False
    queue_command(
        charge_point=charge.evse.charge_point,
        action=STOP,
        payload={"transactionId": charge.number},
        now=now,
        actor=SCHEDULE,
        reason=how.groups[0].title,
    )
    return True


def _pause(charge: Transaction, how: Usability, now: datetime) -> bool:
    """Pause a charge, unless somebody let it go on since its schedule ended, or it was just refused."""
    since = max(charge.started_at, how.ended_at or charge.started_at)
    mine = Pause.objects.filter(transaction=charge, paused_name=SCHEDULE.name, since__gte=since)
    refused = mine.filter(command__state__in=GIVEN_UP)
    overruled = mine.exclude(command__state__in=GIVEN_UP).exclude(ended_at=None)
    if overruled.exists() or refused.filter(since__gt=now - AGAIN).exists():
        return False
    try:
        pause_charge(evse=charge.evse, now=now, actor=SCHEDULE, reason=how.groups[0].title)
    except UnableToPauseError:
        return False
    return True


def _resume(charge: Transaction, pause: Pause, now: datetime) -> bool:
    last = Command.objects.filter(
        charge_point=charge.charge_point_id, requested_name=SCHEDULE.name, created_at__gt=now - AGAIN
    )
    if last.filter(evse_number=charge.evse.number).exists():
        return False
    try:
        resume_charge(evse=charge.evse, now=now, actor=SCHEDULE, reason=pause.reason)
    except UnableToPauseError:
        return False
    return True
