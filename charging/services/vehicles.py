"""Declaring, changing and removing vehicles with their badges, always in the journal (R25)."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db import transaction as database
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from charging.events import ChargePlanned
from charging.models import IdToken, Transaction, Vehicle
from charging.models.id_token import token_key
from charging.priorities import FURTHEST
from evkit.core.changes import pending_changes
from evkit.core.errors import InvalidInputError, NotFoundError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record

LONGEST_TAG = 255


class InvalidVehicleError(InvalidInputError):
    """The vehicle cannot be declared like this."""

    code = "invalid_vehicle"


class UnableToRemoveVehicleError(InvalidInputError):
    """What has charged is not removed."""

    code = "unable_to_remove"


def create_vehicle(*, code: str, actor: Actor, tags: Collection[str] = (), **fields: object) -> Vehicle:
    """Declare a vehicle with its badges; `fields` are further columns of `Vehicle`.

    Raises:
        InvalidVehicleError: the code is taken, a value is out of range, or a badge is another vehicle's.
    """
    return _save(Vehicle(code=code, **fields), tags, actor)


@database.atomic
def change_vehicle(
    *, vehicle: Vehicle, changes: Mapping[str, object], actor: Actor, tags: Collection[str] | None = None
) -> Vehicle:
    """Change columns of a vehicle and, unless None, all its badges.

    What it usually does counts for a charge that runs at once. A badge that is left out stays known,
    without a vehicle.

    Raises:
        InvalidVehicleError: a value is out of range, or a badge is another vehicle's.
        NotFoundError: it was removed in the meantime.
    """
    row = _locked(vehicle, no_key=True)
    for name, value in changes.items():
        setattr(row, name, value)
    return _save(row, tags, actor)


@database.atomic
def remove_vehicle(*, vehicle: Vehicle, actor: Actor) -> None:
    """Remove a vehicle that never charged; its badges stay known, without a vehicle.

    Raises:
        UnableToRemoveVehicleError: it has charged.
        NotFoundError: it was removed in the meantime.
    """
    row = _locked(vehicle)
    if Transaction.objects.filter(vehicle=row).exists():
        raise UnableToRemoveVehicleError(
            _("%(name)s has charges, which are kept under its name. Take its badges from it instead.")
            % {"name": row.name}
        )
    record(Deed(actor, "remove", "vehicle", row.code))
    row.delete()


def _locked(vehicle: Vehicle, *, no_key: bool = False) -> Vehicle:
    """Return a vehicle as it is now, locked; unless `no_key`, no charge takes it until this is over."""
    row = Vehicle.objects.select_for_update(no_key=no_key).filter(pk=vehicle.pk).first()
    if row is None:
        raise NotFoundError(_("This vehicle was removed in the meantime."))
    return row


@database.atomic
def _save(row: Vehicle, tags: Collection[str] | None, actor: Actor) -> Vehicle:
    _check(row)
    new = row.pk is None
    changes = pending_changes(row)
    _store(row)
    carried = None if tags is None else _carry(row, tags)
    if carried is not None:
        changes["tags"] = carried
    if changes:
        record(Deed(actor, "create" if new else "update", "vehicle", row.code, None, {"changes": changes}))
        _tell(row)
    return row


def _check(row: Vehicle) -> None:
    if row.battery_wh is not None and not 0 < row.battery_wh < math.inf:
        raise InvalidVehicleError(_("The battery must hold more than 0."), field="battery_wh")
    if row.needs_wh is not None and not 1 <= row.needs_wh < math.inf:
        raise InvalidVehicleError(_("The need must be at least 1 Wh."), field="needs_wh")
    if abs(row.priority) > FURTHEST:
        raise InvalidVehicleError(_("A priority lies between -1,000,000 and 1,000,000."), field="priority")
    try:
        row.full_clean(validate_unique=False)
    except ValidationError as error:
        field, texts = next(iter(error.message_dict.items()))
        raise InvalidVehicleError(" ".join(texts), field=field) from error


def _store(row: Vehicle) -> None:
    """Write a row; of two that are declared with one code at once, the database lets one pass."""
    try:
        with database.atomic():
            row.save()
    except IntegrityError as error:
        if not Vehicle.objects.filter(code=row.code).exclude(pk=row.pk).exists():
            raise
        raise InvalidVehicleError(
            _("There is already a vehicle with the code %(code)s. Choose another one.") % {"code": row.code},
            field="code",
        ) from error


def _carry(row: Vehicle, tags: Collection[str]) -> list[object] | None:
    """Give a vehicle just these badges; return [before, after], None where that is the same."""
    wanted = {token_key(tag): tag.strip() for tag in tags if tag.strip()}
    before = list(row.id_tokens.select_for_update().order_by("key"))
    if {token.key for token in before} == wanted.keys():
        return None
    row.id_tokens.exclude(key__in=wanted).update(vehicle=None)
    kept = {token.key for token in before}
    for key in sorted(wanted.keys() - kept):
        _give(row, key, wanted[key])
    after = row.id_tokens.order_by("key").values_list("value", flat=True)
    return [[token.value for token in before], list(after)]


def _give(row: Vehicle, key: str, value: str) -> None:
    if len(value) > LONGEST_TAG or "\0" in value:
        raise InvalidVehicleError(_("A badge has at most 255 characters."), field="tags")
    token, new = IdToken.objects.select_for_update().get_or_create(
        key=key, defaults={"value": value, "vehicle": row}
    )
    if not new and token.vehicle_id is not None:
        raise InvalidVehicleError(
            _("Badge %(tag)s belongs to %(name)s. Take it from there first.")
            % {"tag": token.value, "name": token.vehicle},
            field="tags",
        )
    IdToken.objects.filter(pk=token.pk).update(vehicle=row)


def _tell(row: Vehicle) -> None:
    """Have the charges of a vehicle that run planned anew and shown anew."""
    running = Transaction.objects.open().filter(vehicle=row).select_related("charge_point")
    for charge in running:
        point = charge.charge_point
        publish_after_commit(
            ChargePlanned(point.pk, point.site_id, charge.evse_id),
            ChargePointChanged(point.pk, point.site_id),
        )
