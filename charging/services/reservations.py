"""Reservations: made, sent, answered, used, cancelled, expired, lost (OCPP 1.6 §5.1, §5.13)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.db import IntegrityError
from django.db import transaction as database
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import Boot, ChargePoint, Command, Evse, EvseState
from chargers.ocpp.handling import Batch
from chargers.services.commands import queue_command
from chargers.types import CommandState, ConnectorStatus
from charging.models import IdToken, Reservation, ReservationState, Transaction
from charging.models.id_token import token_key
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor

RESERVE: Final = "ReserveNow"
CANCEL: Final = "CancelReservation"
ENDING: Final = (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)


class UnableToReserveError(InvalidInputError):
    """The connector cannot be reserved, or the reservation not be cancelled, as things stand."""

    code = "unable_to_reserve"


@database.atomic
def make_reservation(
    *,
    charge_point: ChargePoint,
    connector: int,
    token: IdToken,
    expires_at: datetime,
    now: datetime,
    actor: Actor = SYSTEM,
    remote_id: int | None = None,
) -> Reservation:
    """Reserve a connector (0: any of the charge point) for a badge and queue the message that says so.

    `remote_id` is the reservationId to use; None leaves it to evkit.

    Raises:
        UnableToReserveError: the time is past, the badge blocked, or the connector unknown or reserved.
    """
    _check(charge_point, connector, token, expires_at, now)
    try:
        with database.atomic():
            reservation = Reservation.objects.create(
                charge_point=charge_point,
                remote_id=remote_id,
                connector=connector,
                id_token=token,
                created_at=now,
                expires_at=expires_at,
                requested_by_id=actor.user_id,
                requested_name=actor.name,
            )
    except IntegrityError as error:
        raise UnableToReserveError(
            _("There is a reservation already. Cancel it first."), field="connector"
        ) from error
    _keep_apart(reservation)
    _send(reservation, now=now, actor=actor)
    return reservation


def _keep_apart(reservation: Reservation) -> None:
    """Give another reservationId to one whose number somebody uses at this charge point already."""
    open_ones = Reservation.objects.open().filter(charge_point=reservation.charge_point)
    while open_ones.known_as(reservation.reservation_id).exclude(pk=reservation.pk).exists():
        reservation.remote_id = reservation.reservation_id + 1
        reservation.save(update_fields=["remote_id"])


def _check(
    charge_point: ChargePoint, connector: int, token: IdToken, expires_at: datetime, now: datetime
) -> None:
    if expires_at <= now:
        raise UnableToReserveError(_("The end of the reservation is past."), field="expires_at")
    if token.blocked:
        raise UnableToReserveError(_("This badge is blocked."), field="id_tag")
    if connector and not Evse.objects.filter(charge_point=charge_point, number=connector).exists():
        raise UnableToReserveError(_("There is no such connector."), field="connector")


def _send(reservation: Reservation, *, now: datetime, actor: Actor) -> None:
    """Queue ReserveNow; the same number again replaces what the charge point knows."""
    token = reservation.id_token
    payload: dict[str, object] = {
        "connectorId": reservation.connector,
        "expiryDate": reservation.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "idTag": token.value,
        "reservationId": reservation.reservation_id,
    }
    if token.parent is not None:
        payload["parentIdTag"] = token.parent.value
    reservation.command = queue_command(
        charge_point=reservation.charge_point,
        action=RESERVE,
        payload=payload,
        now=now,
        actor=actor,
        patience=reservation.expires_at - now,
    )
    reservation.save(update_fields=["command"])
    publish_after_commit(ChargePointChanged(reservation.charge_point_id, reservation.charge_point.site_id))


@database.atomic
def cancel_reservation(*, number: int, now: datetime, actor: Actor = SYSTEM) -> Command:
    """Queue the end of a reservation; it ends when the charge point answers.

    Raises:
        UnableToReserveError: it is over, or its end is asked for already.
    """
    rows = Reservation.objects.select_for_update(of=("self",)).select_related("charge_point")
    reservation = rows.get(pk=number)
    asked = reservation.cancel_command
    if not reservation.is_open or reservation.expires_at <= now:
        raise UnableToReserveError(_("This reservation is over."))
    if asked is not None and asked.state in {CommandState.QUEUED, CommandState.SENT}:
        raise UnableToReserveError(_("The cancellation is on its way already."))
    command = queue_command(
        charge_point=reservation.charge_point,
        action=CANCEL,
        payload={"reservationId": reservation.reservation_id},
        now=now,
        actor=actor,
        patience=reservation.expires_at - now,
    )
    reservation.cancel_command = command
    reservation.save(update_fields=["cancel_command"])
    publish_after_commit(ChargePointChanged(reservation.charge_point_id, reservation.charge_point.site_id))
    return command


def note_answer(command: Command, number: int, status: str, batch: Batch) -> None:
    """Move a reservation on by the charge point's answer to ReserveNow; one that is over stays as it is."""
    rows = Reservation.objects.open().known_as(number).filter(charge_point_id=command.charge_point_id)
    if status == "Accepted":
        changed = rows.update(state=ReservationState.ACCEPTED, answer="")
    else:
        changed = rows.filter(state=ReservationState.REQUESTED).update(
            state=ReservationState.REFUSED, answer=status, ended_at=batch.now
        ) + rows.filter(state=ReservationState.ACCEPTED).update(
            state=ReservationState.LOST, answer=status, ended_at=batch.now
        )
    if changed:
        batch.publish(ChargePointChanged(command.charge_point_id, command.charge_point.site_id))


def note_cancelled(command: Command, number: int, batch: Batch) -> None:
    """End a reservation that the charge point gave up, or does not know."""
    rows = Reservation.objects.open().known_as(number).filter(charge_point_id=command.charge_point_id)
    if rows.update(state=ReservationState.CANCELLED, ended_at=batch.now):
        batch.publish(ChargePointChanged(command.charge_point_id, command.charge_point.site_id))


def use_reservation(*, transaction: Transaction, connector: int, parent: str) -> None:
    """Mark the reservation that a start consumes: the one it names, else the one of its badge or group.

    One that expired meanwhile counts if the transaction began before: starts may arrive late.
    """
    began = transaction.started_at
    holding = Q(state__in=[ReservationState.REQUESTED, ReservationState.ACCEPTED])
    late = Q(state=ReservationState.EXPIRED, expires_at__gte=began)
    keys = [token_key(value) for value in (transaction.id_tag, parent) if value]
    named = transaction.reservation_id
    meant = Q(pk__in=[])
    if named is not None:
        known = Reservation.objects.known_as(named).filter(charge_point_id=transaction.charge_point_id)
        meant = Q(pk__in=known.values("pk"))
    same = Q(id_token__key__in=keys)
    if parent:
        same |= Q(id_token__parent__key=token_key(parent))
    mine = Reservation.objects.filter(
        holding | late,
        meant | (same & Q(connector__in=[0, connector])),
        charge_point_id=transaction.charge_point_id,
        created_at__lte=transaction.started_received_at,
    )
    found = list(mine)
    if not found:
        return
    chosen = max(found, key=lambda row: (row.reservation_id == named, row.connector == connector))
    Reservation.objects.filter(pk=chosen.pk).update(
        state=ReservationState.USED, transaction=transaction, ended_at=began
    )


def settle_reservations(*, now: datetime) -> None:
    """End what expired or was lost to a fault, and send again what a charge point may have forgotten."""
    with database.atomic():
        _end(Q(expires_at__lte=now), ReservationState.EXPIRED, now)
        broken = EvseState.objects.filter(
            evse__charge_point=OuterRef("charge_point"),
            evse__number=OuterRef("connector"),
            status__in=ENDING,
            status_since__gt=OuterRef("command__finished_at"),
        )
        _end(Q(Exists(broken), state=ReservationState.ACCEPTED), ReservationState.LOST, now)
    _send_again(now)


def _end(which: Q, state: ReservationState, now: datetime) -> None:
    rows = Reservation.objects.open().filter(which).select_for_update(of=("self",))
    for row in rows.select_related("charge_point"):
        Reservation.objects.filter(pk=row.pk).update(state=state, ended_at=now)
        publish_after_commit(ChargePointChanged(row.charge_point_id, row.charge_point.site_id))


def _send_again(now: datetime) -> None:
    """Repeat what was not answered, and what was accepted before the charge point booted."""
    booted = Boot.objects.filter(charge_point=OuterRef("charge_point"), at__gt=OuterRef("command__sent_at"))
    unanswered = Q(state=ReservationState.REQUESTED, command__state=CommandState.TIMED_OUT)
    forgotten = Q(Exists(booted), command__state=CommandState.ACCEPTED)
    numbers = Reservation.objects.open().filter(
        unanswered | forgotten, cancel_command=None, expires_at__gt=now
    )
    for number in list(numbers.values_list("pk", flat=True)):
        with database.atomic():
            row = numbers.select_for_update(of=("self",)).filter(pk=number).first()
            if row is not None:
                _send(row, now=now, actor=SYSTEM)
