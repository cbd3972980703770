"""What the configuration and the availability of charge points are to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, Command, DesiredAvailability, DesiredKey
from chargers.services.secrets import is_secret
from chargers.services.security_profiles import is_profile_key
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor, Deed, record
from evkit.core.texts import storable

MAX_KEY = 50
MAX_VALUE = 500


class UnableToDesireError(InvalidInputError):
    """The value cannot be kept as a desired one."""

    code = "unable_to_desire"


@transaction.atomic
def change_desired(
    *, charge_point: ChargePoint, key: str, value: str | None, now: datetime, actor: Actor = SYSTEM
) -> None:
    """Let a charge point have `value` from now on, also after a restart; None lets its site decide again.

    Raises:
        UnableToDesireError: the key is a secret, or key or value are too long (OCPP 1.6 §5.3).
    """
    key = checked_key(key, value)
    ChargePoint.objects.select_for_update(no_key=True).get(pk=charge_point.pk)
    deleted, _rows = DesiredKey.objects.filter(charge_point=charge_point, key__iexact=key).delete()
    if value is not None:
        DesiredKey.objects.create(
            charge_point=charge_point,
            key=key,
            value=storable(value, MAX_VALUE),
            set_at=now,
            set_by=actor.name,
        )
    if value is None and not deleted:
        return
    record(
        Deed(
            actor=actor,
            verb="desire",
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
            details={"key": key, "value": value},
        )
    )
    publish_after_commit(ChargePointChanged(charge_point.pk, charge_point.site_id))


def checked_key(key: str, value: str | None) -> str:
    """Return the key without blanks around it.

    Raises:
        UnableToDesireError: the key is a secret, or key or value are too long (OCPP 1.6 §5.3).
    """
    key = storable(key.strip(), MAX_KEY + 1)
    if not 0 < len(key) <= MAX_KEY:
        raise UnableToDesireError(_("A key has 1 to 50 characters."), field="key")
    if is_secret(key):
        raise UnableToDesireError(_("Passwords are changed with a command of their own."), field="key")
    if is_profile_key(key):
        raise UnableToDesireError(_("The security profile is raised with a command of its own."), field="key")
    if value is not None and len(value) > MAX_VALUE:
        raise UnableToDesireError(_("A value has at most 500 characters."), field="value")
    return key


def desired_keys(charge_points: Iterable[ChargePoint]) -> dict[int, dict[str, DesiredKey]]:
    """Return by charge point and key (lower case) what is desired: its own values before its site's."""
    rows = list(charge_points)
    of_sites: dict[int | None, dict[str, DesiredKey]] = {}
    for row in DesiredKey.objects.filter(site__in={point.site_id for point in rows if point.site_id}):
        of_sites.setdefault(row.site_id, {})[row.key.lower()] = row
    found = {point.pk: dict(of_sites.get(point.site_id, {})) for point in rows}
    for row in DesiredKey.objects.filter(charge_point__in=found):
        if row.charge_point_id is not None:
            found[row.charge_point_id][row.key.lower()] = row
    return found


def same_value(reported: str | None, wanted: str) -> bool:
    """Compare values as charge points write them: case and blanks differ between what was set and read."""
    return reported is not None and _normal(reported) == _normal(wanted)


def _normal(text: str) -> str:
    return "".join(text.lower().split())


def remember_availability(command: Command, request: Mapping[str, object], now: datetime) -> None:
    """Keep what a ChangeAvailability asked for; one of the whole charge point replaces its connectors'."""
    connector = request.get("connectorId")
    if not isinstance(connector, int):
        return
    rows = DesiredAvailability.objects.filter(charge_point_id=command.charge_point_id)
    if connector == 0:
        rows.exclude(connector=0).delete()
    DesiredAvailability.objects.update_or_create(
        charge_point_id=command.charge_point_id,
        connector=connector,
        defaults={"operative": request.get("type") != "Inoperative", "set_at": now},
    )
