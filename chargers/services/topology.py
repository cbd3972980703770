"""Declaring charge points and connectors, always with their state rows, always in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged, ConfigurationApplied
from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from chargers.services.commands import queue_command
from chargers.services.connections import let_go
from chargers.services.groups import leave_groups
from chargers.services.security_profiles import require_not_lowered
from chargers.types import Registration
from evkit.core.changes import pending_changes
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from sites.models import Site

_AT_THE_DOOR = frozenset({"password_digest", "security_profile"})
"""What a connection has to show when it opens."""


class InvalidTopologyError(InvalidInputError):
    """A charge point or connector cannot be declared like this."""

    code = "invalid_topology"


class UnableToRemoveError(InvalidInputError):
    """What has a history cannot be removed."""

    code = "unable_to_remove"


class UnableToDecideError(InvalidInputError):
    """The charge point cannot be accepted as it is."""

    code = "unable_to_decide"


def create_charge_point(*, identity: str, site: Site | None, actor: Actor, **fields: object) -> ChargePoint:
    """Declare a charge point; `fields` are further columns of `ChargePoint`.

    Raises:
        InvalidTopologyError: the identity is taken, or a value is out of range.
    """
    return save_charge_point(charge_point=ChargePoint(identity=identity, site=site, **fields), actor=actor)


def update_charge_point(
    *, charge_point: ChargePoint, changes: Mapping[str, object], actor: Actor
) -> ChargePoint:
    """Change columns of a charge point.

    Raises:
        InvalidTopologyError: a value is out of range.
    """
    for name, value in changes.items():
        setattr(charge_point, name, value)
    return save_charge_point(charge_point=charge_point, actor=actor)


@transaction.atomic
def save_charge_point(*, charge_point: ChargePoint, actor: Actor) -> ChargePoint:
    """Store a charge point, new or changed, with its state row.

    What decides about its connections counts for the open one too, which is closed. One that moves to
    another site leaves the groups and the circuit of the old one, and is no longer its meter.

    Raises:
        InvalidTopologyError: a value is out of range.
        ProfileLoweredError: its security profile would be lowered.
    """
    before = ChargePoint.objects.select_for_update(no_key=True).filter(pk=charge_point.pk).first()
    moved = before is not None and before.site_id != charge_point.site_id
    if before and moved:
        _leave_site(charge_point, before)
    _clean(charge_point)
    require_not_lowered(charge_point, charge_point.security_profile)
    new = charge_point.pk is None
    changes = pending_changes(charge_point, secret={"password_digest"})
    charge_point.save()
    ChargePointState.objects.get_or_create(charge_point=charge_point)
    if before and moved:
        leave_groups(charge_point)
        _publish(before)
    if charge_point.registration == Registration.REJECTED or _AT_THE_DOOR & changes.keys():
        let_go(charge_point.pk)
    if changes:
        _record(charge_point, actor, "create" if new else "update", {"changes": changes})
        _publish(charge_point)
    return charge_point


def _leave_site(charge_point: ChargePoint, before: ChargePoint) -> None:
    """Drop what ties a charge point to its old site, unless it is given for the new one."""
    if charge_point.feeder_id == before.feeder_id:
        charge_point.feeder = None
    if charge_point.site_meter == before.site_meter:
        charge_point.site_meter = ""


@transaction.atomic
def remove_charge_point(*, charge_point: ChargePoint, actor: Actor) -> None:
    """Remove a charge point that has no transactions.

    Raises:
        UnableToRemoveError: it has; reject it instead.
    """
    _record(charge_point, actor, "remove", {})
    _publish(charge_point)
    try:
        charge_point.delete()
    except ProtectedError as error:
        raise UnableToRemoveError(
            _("%(identity)s has transactions, which are kept. Reject it instead of removing it.")
            % {"identity": charge_point.identity}
        ) from error


def add_evse(*, charge_point: ChargePoint, number: int, actor: Actor, **fields: object) -> Evse:
    """Declare a connector; one that the charge point told of before becomes declared.

    Raises:
        InvalidTopologyError: a value is out of range.
    """
    known = Evse.objects.filter(charge_point=charge_point, number=number, declared=False).first()
    evse = known or Evse(charge_point=charge_point, number=number)
    for name, value in {**fields, "declared": True}.items():
        setattr(evse, name, value)
    return save_evse(evse=evse, actor=actor)


@transaction.atomic
def save_evse(*, evse: Evse, actor: Actor) -> Evse:
    """Store a connector, new or changed, with its state row."""
    _clean(evse)
    new = evse.pk is None
    changes = pending_changes(evse)
    evse.save()
    EvseState.objects.get_or_create(evse=evse)
    if changes:
        verb = "create_connector" if new else "update_connector"
        _record(evse.charge_point, actor, verb, {"connector": evse.number, "changes": changes})
        _publish(evse.charge_point)
    return evse


@transaction.atomic
def remove_evse(*, evse: Evse, actor: Actor) -> None:
    """Remove a connector that has no transactions.

    Raises:
        UnableToRemoveError: it has.
    """
    _record(evse.charge_point, actor, "remove_connector", {"connector": evse.number})
    _publish(evse.charge_point)
    try:
        evse.delete()
    except ProtectedError as error:
        raise UnableToRemoveError(
            _("Connector %(number)d of %(identity)s has transactions, which are kept.")
            % {"number": evse.number, "identity": evse.charge_point.identity}
        ) from error


@transaction.atomic
def accept_charge_point(
    *, charge_point: ChargePoint, actor: Actor, now: datetime, site: Site | None = None
) -> ChargePoint:
    """Accept a waiting or rejected charge point, and have it boot again if it is connected.

    Without `site` it keeps its own, or gets the only one there is.

    Raises:
        UnableToDecideError: it has no site, and there is not exactly one.
    """
    site = site or charge_point.site or _only_site()
    if site is None:
        raise UnableToDecideError(
            _("%(identity)s belongs to no site yet. Choose its site, then accept it.")
            % {"identity": charge_point.identity},
            field="site",
        )
    update_charge_point(
        charge_point=charge_point,
        changes={"registration": Registration.ACCEPTED, "site": site},
        actor=actor,
    )
    if ChargePointState.objects.filter(pk=charge_point.pk, connected=True).exists():
        queue_command(
            charge_point=charge_point,
            action="TriggerMessage",
            payload={"requestedMessage": "BootNotification"},
            now=now,
            reason="accepted by the administrator",
        )
    return charge_point


def reject_charge_point(*, charge_point: ChargePoint, actor: Actor) -> ChargePoint:
    """Reject a charge point: its connection is closed, its next one is refused."""
    return update_charge_point(
        charge_point=charge_point, changes={"registration": Registration.REJECTED}, actor=actor
    )


def _only_site() -> Site | None:
    sites = list(Site.objects.all()[:2])
    return sites[0] if len(sites) == 1 else None


def _clean(row: ChargePoint | Evse) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidTopologyError(" ".join(messages), field=field) from error


def _record(charge_point: ChargePoint, actor: Actor, verb: str, details: Mapping[str, object]) -> None:
    record(
        Deed(
            actor=actor,
            verb=verb,
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
            details=details,
        )
    )


def _publish(charge_point: ChargePoint) -> None:
    publish_after_commit(ChargePointChanged(charge_point.pk, charge_point.site_id), ConfigurationApplied())
