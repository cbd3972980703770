"""Queueing many commands at once: a few statements, however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from chargers.events import CommandChanged, CommandQueued
from chargers.models import Command
from chargers.ocpp.schema.outgoing import plain
from chargers.services.commands import checked_evse_number
from chargers.services.secrets import mask_payload, seal_payload
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record_all


@dataclass(frozen=True, slots=True)
class Wanted:
    """One command: see `queue_command`; the charge point is given by its key, identity and site."""

    charge_point_id: int
    identity: str
    site_id: int | None
    action: str
    payload: Mapping[str, object]
    reason: str = ""
    evse_number: int | None = None


@transaction.atomic
def queue_commands(
    wanted: Sequence[Wanted], *, now: datetime, actor: Actor, patience: timedelta
) -> list[Command]:
    """Queue commands in their order, as `queue_command` does with each; return them in the same order.

    Raises:
        UnableToQueueError: a payload breaks its action's schema; then none of them is queued.
    """
    commands, deeds = [], []
    for each in wanted:
        payload = plain(each.payload)
        number = checked_evse_number(each.action, payload)
        commands.append(
            Command(
                charge_point_id=each.charge_point_id,
                action=each.action,
                payload=seal_payload(payload),
                evse_number=number if each.evse_number is None else each.evse_number,
                requested_by_id=actor.user_id,
                requested_name=actor.name,
                reason=each.reason,
                created_at=now,
                deadline=now + patience,
            )
        )
        details = {"action": each.action, "payload": mask_payload(payload), "reason": each.reason}
        deeds.append(Deed(actor, "command", "charge_point", each.identity, each.site_id, details))
    Command.objects.bulk_create(commands)
    record_all(deeds)
    pairs = list(zip(wanted, commands, strict=True))
    publish_after_commit(
        *(CommandQueued(each.charge_point_id) for each in wanted),
        *(CommandChanged(command.pk, each.charge_point_id, each.site_id) for each, command in pairs),
    )
    return commands
