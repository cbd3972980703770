"""Answers about reservations (OCPP 1.6 §5.1, §5.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.clock import parse_time
from chargers.simulator.commands.core import ANSWER_FIRST_S
from chargers.simulator.connector import Connector, Reservation
from chargers.simulator.frames import Payload
from chargers.simulator.station import Station

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

REFUSALS = {"Faulted": "Faulted", "Unavailable": "Unavailable"}


def reserve_now(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Keep a connector (0: the charge point) for a tag until its time has passed."""
    number = payload["connectorId"]
    if number and number not in cp.connectors:
        return {"status": "Rejected"}
    reservation = Reservation(
        payload["reservationId"],
        payload["idTag"],
        parse_time(payload["expiryDate"]),
        payload.get("parentIdTag"),
    )
    place: Connector | Station = cp.connectors[number] if number else cp.station
    refusal = _refusal(place, reservation.reservation_id)
    if refusal is not None:
        return {"status": refusal}
    _release(cp, reservation.reservation_id)
    place.reservation = reservation
    left = (reservation.expires - cp.clock.now()).total_seconds()
    cp.timers.set(
        f"reservation-{reservation.reservation_id}",
        max(left, 0.0),
        lambda: _expire(cp, reservation.reservation_id),
    )
    cp.timers.set("reserve", ANSWER_FIRST_S, cp.report)
    return {"status": "Accepted"}


def cancel_reservation(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """End a reservation."""
    released = _release(cp, payload["reservationId"])
    cp.timers.set("reserve", ANSWER_FIRST_S, cp.report)
    return {"status": "Accepted" if released else "Rejected"}


def _refusal(place: Connector | Station, reservation_id: int) -> str | None:
    status = place.status
    if status in REFUSALS:
        return REFUSALS[status]
    held = place.reservation
    if held is not None and held.reservation_id != reservation_id:
        return "Occupied"
    return None if status in {"Available", "Reserved"} else "Occupied"


def _release(cp: SimulatedChargePoint, reservation_id: int) -> bool:
    cp.timers.cancel(f"reservation-{reservation_id}")
    places: list[Connector | Station] = [cp.station, *cp.connectors.values()]
    for place in places:
        held = place.reservation
        if held is not None and held.reservation_id == reservation_id:
            place.reservation = None
            return True
    return False


def _expire(cp: SimulatedChargePoint, reservation_id: int) -> None:
    _release(cp, reservation_id)
    cp.report()
