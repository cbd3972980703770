"""Reads the reservations that explain why connectors do not charge."""

from __future__ import annotations

from collections.abc import Sequence

from chargers.models import ChargePoint
from charging.models import Reservation
from evkit.console.selectors.orders import Place
from evkit.console.why.facts import Booking


def open_bookings(rows: Sequence[ChargePoint]) -> dict[Place, Booking]:
    """Return the reservations that hold connectors, by charge point and connector (0: any of them)."""
    held = Reservation.objects.open().filter(charge_point__any_of=[row.pk for row in rows])
    return {
        (each.charge_point_id, each.connector): Booking(
            number=each.number,
            who=str(each.id_token.vehicle or each.id_token.value),
            until=each.expires_at,
        )
        for each in held.select_related("id_token__vehicle").order_by("-number")
    }
