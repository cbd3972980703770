"""One operation on many connectors: all of it is queued, or nothing is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.models import Command, Evse
from chargers.services.commands import queue_command
from charging.models import OperationBatch, OperationLine
from charging.services.pausing import UnableToPauseError, pause_charge, resume_charge
from charging.services.planning import Arguments, Target, plan
from charging.types import Operation
from evkit.core.errors import ForbiddenError, InvalidInputError
from evkit.core.recorders import Actor
from sites.models import Site
from sites.permissions import Principal, Right

MAX_CONNECTORS: Final = 1000
WAVE: Final = 10
WAVE_EVERY: Final = timedelta(seconds=5)
"""Charge points that reset together: they boot, report and draw power again at the same time."""


class UnableToOperateError(InvalidInputError):
    """The operation cannot be carried out as it is asked for."""

    code = "invalid_operation"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for: an operation on connectors (EVSE ids) of one site.

    `token` belongs to the form: the same form sent twice is one wish.
    """

    site: Site
    operation: Operation
    evse_ids: Collection[int]
    arguments: Arguments
    token: UUID


def prepare(*, wish: Wish, principal: Principal) -> list[Target]:
    """Return what an operation would ask of each connector, without asking anything.

    Raises:
        ForbiddenError: the principal may not command one of the charge points.
        UnableToOperateError: no connector, too many, or one of another site.
    """
    evses = _permitted(wish, principal)
    return plan(wish.operation, evses, wish.arguments)


@transaction.atomic
def operate(*, wish: Wish, principal: Principal, now: datetime) -> OperationBatch:
    """Queue an operation on all its connectors, with one journal entry per command.

    Returns the batch that the form has made already, if it was sent before.

    Raises:
        ForbiddenError: the principal may not command one of the charge points.
        UnableToOperateError: no connector, too many, or one of another site.
    """
    targets = prepare(wish=wish, principal=principal)
    actor = principal.actor
    batch, is_new = OperationBatch.objects.get_or_create(
        token=wish.token,
        defaults={
            "site": wish.site,
            "operation": wish.operation,
            "arguments": asdict(wish.arguments),
            "requested_by_id": actor.user_id,
            "requested_name": actor.name,
            "created_at": now,
        },
    )
    if is_new:
        _queue(batch, wish, targets, actor, now)
    elif (batch.site_id, batch.requested_name) != (wish.site.pk, actor.name):
        raise ForbiddenError(_("This form belongs to somebody else. Open it again."))
    return batch


def reset_duration(charge_points: int) -> timedelta:
    """Return how long it takes until the last of so many charge points is reset."""
    return WAVE_EVERY * ((max(charge_points, 1) - 1) // WAVE)


def _permitted(wish: Wish, principal: Principal) -> list[Evse]:
    """Return the connectors in the order of pages; the one place where rights are checked."""
    principal.require(Right.COMMAND, wish.site.pk)
    if len(wish.evse_ids) > MAX_CONNECTORS:
        raise UnableToOperateError(
            _("At most %(most)d connectors at once. Narrow the selection.") % {"most": MAX_CONNECTORS}
        )
    rows = Evse.objects.filter(pk__any_of=set(wish.evse_ids)).select_related("charge_point__site")
    evses = list(rows.order_by("charge_point__position", "charge_point__identity", "number"))
    for site_id in {evse.charge_point.site_id for evse in evses}:
        principal.require(Right.COMMAND, site_id)
        if site_id != wish.site.pk:
            raise UnableToOperateError(_("A connector is not on this site. Open the list again."))
    if not evses:
        raise UnableToOperateError(_("Nothing is selected. Select at least one connector."))
    return evses


def _queue(batch: OperationBatch, wish: Wish, targets: list[Target], actor: Actor, now: datetime) -> None:
    """Queue the commands and keep a line of each target; what changed since it was planned hinders it."""
    asked = 0
    lines = []
    for position, target in enumerate(targets):
        command, obstacle = None, target.obstacle
        if obstacle is None:
            try:
                command = _command(batch, wish, target, actor, now, _turn(wish.operation, asked, now))
                asked += 1
            except UnableToPauseError as error:
                obstacle = error.obstacle
        lines.append(
            OperationLine(
                batch=batch,
                position=position,
                charge_point=target.charge_point,
                evse=target.evse,
                command=command,
                obstacle=obstacle or "",
                subject=target.subject[:150],
            )
        )
    OperationLine.objects.bulk_create(lines)


def _turn(operation: Operation, asked: int, now: datetime) -> datetime | None:
    """Return when a charge point has its turn: resets of many go out in waves."""
    wave = asked // WAVE
    return now + WAVE_EVERY * wave if operation == Operation.RESET and wave else None


def _command(
    batch: OperationBatch,
    wish: Wish,
    target: Target,
    actor: Actor,
    now: datetime,
    not_before: datetime | None,
) -> Command:
    details = {"batch": batch.pk}
    reason = wish.arguments.reason
    if target.call is None:
        assert target.evse is not None
        change = pause_charge if wish.operation == Operation.PAUSE else resume_charge
        return change(evse=target.evse, now=now, actor=actor, reason=reason, details=details)
    action, payload = target.call
    return queue_command(
        charge_point=target.charge_point,
        action=action,
        payload=payload,
        now=now,
        actor=actor,
        reason=reason,
        not_before=not_before,
        evse_number=target.evse.number if target.evse else None,
        details=details,
    )
