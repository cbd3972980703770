"""Commands that are confirmed by the status that follows: ChangeAvailability (OCPP 1.6 §5.2) and others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q

from chargers.models import ChargePointState, Command, EvseState
from chargers.ocpp.commanding import Done
from chargers.ocpp.handling import Batch
from chargers.services.effects import awaited, mark_seen
from chargers.types import CommandState, ConnectorStatus, Effect

ACTION = "ChangeAvailability"
STATUS_PATIENCE = timedelta(minutes=2)


def confirm_availability(charge_point_ids: Collection[int], batch: Batch) -> None:
    """Mark the effect of the commands that the present statuses confirm as seen."""
    by_status = Q(action=ACTION) | ~Q(confirming="")
    waiting = list(awaited(by_status, charge_point_ids).select_related("charge_point"))
    mark_seen([command for command in waiting if is_confirmed(command)], batch.now, batch)


def await_status(done: Done, command: Command, batch: Batch) -> Done:
    """Let an accepted command wait for one of the statuses that it named, if it named any."""
    if not command.confirming or done.state not in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        return done
    if is_confirmed(command):
        return replace(done, effect=Effect.SEEN)
    return replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + STATUS_PATIENCE)


def is_confirmed(command: Command) -> bool:
    """Tell whether the present status is the one that `command` asked for.

    A charge point as a whole (connector 0) is confirmed by its own status, or by all its connectors:
    some never send a status for connector 0.
    """
    if command.confirming:
        return _status_of(command) in command.confirming.split(",")
    number = int(command.payload.get("connectorId", 0))
    wanted_off = command.payload.get("type") == "Inoperative"
    return availability_fits(command.charge_point_id, number, wanted_off=wanted_off) is True


def availability_fits(
    charge_point_id: int, number: int, *, wanted_off: bool, since: datetime | None = None
) -> bool | None:
    """Tell whether connector `number` (0: the whole) is available, or not, as wanted; None if unknown.

    Only what was told at or after `since` counts.
    """
    fits = {
        evse: None if not _counts(status, at, since) else _fits(status, wanted_off=wanted_off)
        for evse, status, at in EvseState.objects.filter(evse__charge_point_id=charge_point_id).values_list(
            "evse__number", "status", "status_at"
        )
    }
    if number:
        return fits.get(number)
    status, at = ChargePointState.objects.values_list("status", "status_at").get(pk=charge_point_id)
    if _counts(status, at, since) and _fits(status, wanted_off=wanted_off):
        return True
    if None in fits.values() or not fits:
        return False if False in fits.values() else None
    return all(fits.values())


def _counts(status: str, at: datetime | None, since: datetime | None) -> bool:
    return status != ConnectorStatus.UNKNOWN and (since is None or (at is not None and at >= since))


def _status_of(command: Command) -> str:
    states = EvseState.objects.filter(evse__charge_point_id=command.charge_point_id)
    status = states.filter(evse__number=command.evse_number or 0).values_list("status", flat=True).first()
    return status or ConnectorStatus.UNKNOWN


def _fits(status: str, *, wanted_off: bool) -> bool:
    return (status == ConnectorStatus.UNAVAILABLE) == wanted_off
