"""Commands that are confirmed by the status that follows: ChangeAvailability (OCPP 1.6 §5.2) and others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

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
    evses = dict(
        EvseState.objects.filter(evse__charge_point_id=command.charge_point_id).values_list(
            "evse__number", "status"
        )
    )
    if number:
        return _fits(evses.get(number, ConnectorStatus.UNKNOWN), wanted_off=wanted_off)
    own = ChargePointState.objects.values_list("status", flat=True).get(pk=command.charge_point_id)
    return _fits(own, wanted_off=wanted_off) or (
        bool(evses) and all(_fits(status, wanted_off=wanted_off) for status in evses.values())
    )


def _status_of(command: Command) -> str:
    states = EvseState.objects.filter(evse__charge_point_id=command.charge_point_id)
    status = states.filter(evse__number=command.evse_number or 0).values_list("status", flat=True).first()
    return status or ConnectorStatus.UNKNOWN


def _fits(status: str, *, wanted_off: bool) -> bool:
    if status == ConnectorStatus.UNKNOWN:
        return False
    return (status == ConnectorStatus.UNAVAILABLE) == wanted_off
