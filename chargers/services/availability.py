"""ChangeAvailability is confirmed by the status that follows (OCPP 1.6 §5.2)."""

from __future__ import annotations

from collections.abc import Collection

from chargers.models import ChargePointState, Command, EvseState
from chargers.ocpp.handling import Batch
from chargers.services.effects import awaited, mark_seen
from chargers.types import ConnectorStatus

ACTION = "ChangeAvailability"


def confirm_availability(charge_point_ids: Collection[int], batch: Batch) -> None:
    """Mark the effect of ChangeAvailability commands that the present statuses confirm as seen."""
    waiting = list(awaited((ACTION,), charge_point_ids).select_related("charge_point"))
    mark_seen([command for command in waiting if is_confirmed(command)], batch.now, batch)


def is_confirmed(command: Command) -> bool:
    """Tell whether the present status is the one that `command` asked for.

    A charge point as a whole (connector 0) is confirmed by its own status, or by all its connectors:
    some never send a status for connector 0.
    """
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


def _fits(status: str, *, wanted_off: bool) -> bool:
    if status == ConnectorStatus.UNKNOWN:
        return False
    return (status == ConnectorStatus.UNAVAILABLE) == wanted_off
