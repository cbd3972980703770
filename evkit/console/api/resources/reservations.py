"""`reservations`: connectors kept for badges; made and cancelled with ReserveNow and CancelReservation."""

from __future__ import annotations

from ninja import Query, Router, Schema

from charging.models import Reservation
from charging.models.reservation import OPEN
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import visible_charge_points
from evkit.console.api.types import Moment, Page

router = Router(tags=["reservations"])
ORDER = Order("-number", types=[int])


class ReservationFilter(Paging):
    """What the list can be narrowed to."""

    site: str | None = None
    charge_point: str | None = None
    open: bool | None = None


class ReservationOut(Schema):
    """A reservation; connector 0 is any of the charge point, `reservation_id` its number on the wire."""

    number: int
    reservation_id: int
    site: str | None
    charge_point: str
    connector: int
    id_tag: str
    vehicle: str | None
    state: str
    open: bool
    answer: str
    created_at: Moment
    expires_at: Moment
    ended_at: Moment | None
    transaction: int | None
    requested_by: str


@router.get("reservations", response=Page[ReservationOut], summary="Reservations, the newest first")
def list_reservations(request: ApiRequest, wanted: Query[ReservationFilter]) -> Page[ReservationOut]:
    """Return the reservations on the token's sites."""
    refuse_unknown_parameters(request, ReservationFilter)
    rows = Reservation.objects.filter(charge_point__in=visible_charge_points(request.auth))
    if wanted.site is not None:
        rows = rows.filter(charge_point__site__code=wanted.site)
    if wanted.charge_point is not None:
        rows = rows.filter(charge_point__identity=wanted.charge_point)
    if wanted.open is not None:
        rows = rows.filter(state__in=OPEN) if wanted.open else rows.exclude(state__in=OPEN)
    rows = rows.select_related("charge_point__site", "id_token__vehicle")
    found, cursor = ORDER.page(rows, wanted)
    return Page[ReservationOut](items=[_out(row) for row in found], next_cursor=cursor)


def _out(row: Reservation) -> ReservationOut:
    site, vehicle = row.charge_point.site, row.id_token.vehicle
    return ReservationOut(
        number=row.number,
        reservation_id=row.reservation_id,
        site=site.code if site else None,
        charge_point=row.charge_point.identity,
        connector=row.connector,
        id_tag=row.id_token.value,
        vehicle=vehicle.code if vehicle else None,
        state=row.state,
        open=row.is_open,
        answer=row.answer,
        created_at=row.created_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        transaction=row.transaction_id,
        requested_by=row.requested_name,
    )
