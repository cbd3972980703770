"""The quirks of charge points: looked up, and switched by an administrator."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint
from chargers.quirks import QUIRK_NAMES, Model, Quirks, effective, read_switches
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record


class UnknownQuirkError(InvalidInputError):
    """There is no such quirk."""

    code = "unknown_quirk"


def model_of(charge_point: ChargePoint) -> Model:
    """Return what a charge point said of itself; empty before its first boot."""
    state = getattr(charge_point, "state", None)
    if state is None:
        return Model()
    return Model(state.vendor, state.model, state.firmware_version)


def quirks_of(charge_point: ChargePoint) -> Quirks:
    """Return the quirks of a charge point that count now."""
    return effective(model_of(charge_point), read_switches(charge_point.quirk_switches))


def quirks_of_many(charge_point_ids: Collection[int]) -> Mapping[int, Quirks]:
    """Return the quirks of charge points by id; one query."""
    rows = ChargePoint.objects.filter(pk__in=charge_point_ids).select_related("state")
    return {row.pk: quirks_of(row) for row in rows}


@transaction.atomic
def switch_quirk(*, charge_point: ChargePoint, name: str, on: bool | None, actor: Actor) -> None:
    """Switch a quirk on or off whatever the model's preset says; None leaves it to the preset.

    Commands obey at once; what concerns the connection itself, at its next boot or connection.

    Raises:
        UnknownQuirkError: there is no such quirk.
    """
    if name not in QUIRK_NAMES:
        raise UnknownQuirkError(_("There is no such quirk."), field="name")
    row = ChargePoint.objects.select_for_update(of=("self",)).get(pk=charge_point.pk)
    switches = {key: value for key, value in read_switches(row.quirk_switches).items() if key != name}
    if on is not None:
        switches[name] = on
    ChargePoint.objects.filter(pk=row.pk).update(quirk_switches=switches)
    charge_point.quirk_switches = switches
    record(
        Deed(
            actor=actor,
            verb="switch_quirk",
            object_type="charge_point",
            object_key=row.identity,
            site_id=row.site_id,
            details={"quirk": name, "on": on},
        )
    )
    publish_after_commit(ChargePointChanged(row.pk, row.site_id))
