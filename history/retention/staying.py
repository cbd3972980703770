"""What stays although it is old: rows that still tell how things are now."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import IsNull

from chargers.models import Command, FileJob
from chargers.services.file_transitions import OPEN
from charging.models import ConnectorLimit, LimitChange, LocalList, Reservation
from charging.services.smart.marks import SMART

PROFILES: Final = ("SetChargingProfile", "ClearChargingProfile")


def limits_that_ended(before: datetime) -> Q:
    """Return which changes of limits may go: a later one held before `before` begins what is kept."""
    later = LimitChange.objects.filter(
        evse=OuterRef("evse"), kind=OuterRef("kind"), at__gt=OuterRef("at"), at__lt=before
    )
    return Q(Exists(later))


def commands_that_are_over(_before: datetime) -> Q:
    """Return which commands may go.

    The newest of its kind of a place stays, as do charging profiles that somebody else than smart charging
    set or cleared, and what a pause, a reservation, a local list or the limit of a connector refers to.
    """
    place = Q(evse_number=OuterRef("evse_number")) | Q(
        IsNull(OuterRef("evse_number"), rhs=True), evse_number=None
    )
    newer = Command.objects.filter(
        place, charge_point=OuterRef("charge_point"), action=OuterRef("action"), pk__gt=OuterRef("pk")
    )
    own = Q(action__in=PROFILES) & ~Q(requested_name=SMART.name)
    return Q(Exists(newer), pause=None) & ~own & ~_referred_to()


def _referred_to() -> Q:
    """Return which commands present states refer to."""
    mine = OuterRef("pk")
    referring: tuple[Any, ...] = (
        ConnectorLimit.objects.filter(Q(command=mine) | Q(default_command=mine)),
        Reservation.objects.filter(Q(command=mine) | Q(cancel_command=mine), ended_at=None),
        LocalList.objects.filter(command=mine),
    )
    return Q(*(Exists(rows) for rows in referring), _connector=Q.OR)


def calls_of_commands_that_are_over(before: datetime) -> Q:
    """Return which calls may go: those of the commands that may."""
    gone = Command.objects.filter(commands_that_are_over(before), finished_at__lt=before)
    return Q(command__in=gone.values("pk"))


def jobs_that_are_over(_before: datetime) -> Q:
    """Return which file jobs may go: neither the newest of its kind nor one whose file is here."""
    newer = FileJob.objects.filter(
        charge_point=OuterRef("charge_point"), kind=OuterRef("kind"), pk__gt=OuterRef("pk")
    )
    gone = Q(received_at=None) | Q(removed_at__isnull=False)
    return Q(Exists(newer)) & gone & ~Q(state__in=OPEN)
