"""Queueing commands to charge points, and the sweeps that end what nobody else ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import CommandChanged, CommandQueued
from chargers.models import ChargePoint, Command
from chargers.ocpp.schema import InvalidPayload, check_request
from chargers.ocpp.schema.outgoing import plain
from chargers.services.effects import expire_commands, give_up_effects
from chargers.services.secrets import mask_payload, seal_payload
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor, Deed, record

__all__ = ["UnableToQueueError", "expire_commands", "give_up_effects", "queue_command"]

DEFAULT_PATIENCE = timedelta(seconds=60)


class UnableToQueueError(InvalidInputError):
    """The command cannot be sent as it is."""

    code = "invalid_command"


@transaction.atomic
def queue_command(
    *,
    charge_point: ChargePoint,
    action: str,
    payload: Mapping[str, object],
    now: datetime,
    actor: Actor = SYSTEM,
    reason: str = "",
    patience: timedelta = DEFAULT_PATIENCE,
    not_before: datetime | None = None,
    confirming: Collection[str] = (),
    evse_number: int | None = None,
    details: Mapping[str, object] | None = None,
) -> Command:
    """Queue a command for `charge_point`; it expires if it cannot be sent within `patience`.

    Returns at once; the answer arrives in the row. A command that must wait for its time (`not_before`)
    counts its patience from then. `confirming` are the statuses of its connector that show its effect;
    `evse_number` is that connector where the payload does not name it. `details` are for the journal.

    Raises:
        UnableToQueueError: the payload breaks the action's schema; `field` names the offender.
    """
    payload = plain(payload)
    _check(action, payload)
    command = Command.objects.create(
        charge_point=charge_point,
        action=action,
        payload=seal_payload(payload),
        evse_number=_evse_number(payload) if evse_number is None else evse_number,
        requested_by_id=actor.user_id,
        requested_name=actor.name,
        reason=reason,
        created_at=now,
        deadline=(not_before or now) + patience,
        not_before=not_before,
        confirming=",".join(confirming),
    )
    record(
        Deed(
            actor=actor,
            verb="command",
            object_type="charge_point",
            object_key=charge_point.identity,
            site_id=charge_point.site_id,
            details={
                "action": action,
                "payload": mask_payload(payload),
                "reason": reason,
                **(details or {}),
            },
        )
    )
    publish_after_commit(
        CommandQueued(charge_point.pk),
        CommandChanged(command.pk, charge_point.pk, charge_point.site_id),
    )
    return command


def checked_evse_number(action: str, payload: Mapping[str, object]) -> int | None:
    """Return the connector that a payload names, if any.

    Raises:
        UnableToQueueError: the payload breaks the action's schema.
    """
    _check(action, payload)
    return _evse_number(payload)


def _check(action: str, payload: Mapping[str, object]) -> None:
    try:
        check_request("1.6", action, payload)
    except InvalidPayload as error:
        raise UnableToQueueError(
            _("%(action)s cannot be sent: %(problem)s") % {"action": action, "problem": error.message},
            field=error.field,
        ) from error


def _evse_number(payload: Mapping[str, object]) -> int | None:
    number = payload.get("connectorId")
    return number if isinstance(number, int) else None
