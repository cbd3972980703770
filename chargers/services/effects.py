"""Ends of commands: an effect is seen to happen or given up, a command not sent in time expires."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from chargers.events import CommandChanged
from chargers.models import Command
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect
from evkit.core.events import publish_after_commit

NOT_SENT = gettext_noop(
    "The charge point could not be reached in time. Check its connection and send the command again."
)
NOT_SEEN = gettext_noop(
    "The effect of the command was not seen in time. Look at the charge point's state and messages."
)

_MAY_BE_SEEN = Q(effect=Effect.NOT_SEEN) | Q(state=CommandState.SENT, effect=Effect.NOT_APPLICABLE)
"""An effect may be seen before the answer is: a charge point that reboots at once never answers."""


def awaited(which: Collection[str] | Q, charge_point_ids: Collection[int]) -> QuerySet[Command]:
    """Return the commands whose effect may still be seen, oldest first: of actions or as `which` says."""
    chosen = which if isinstance(which, Q) else Q(action__in=which)
    return Command.objects.filter(_MAY_BE_SEEN, chosen, charge_point_id__in=charge_point_ids).order_by("pk")


def mark_seen(commands: Iterable[Command], now: datetime, batch: Batch) -> int:
    """Store that the effect of `commands` was seen; return of how many it was news."""
    seen = 0
    for command in commands:
        changed = Command.objects.filter(_MAY_BE_SEEN, pk=command.pk).update(
            effect=Effect.SEEN, effect_at=now, effect_deadline=None
        )
        if changed:
            seen += 1
            batch.publish(CommandChanged(command.pk, command.charge_point_id, command.charge_point.site_id))
    return seen


@transaction.atomic
def expire_commands(*, now: datetime) -> int:
    """Expire the queued commands whose deadline has passed; return how many."""
    overdue = Command.objects.filter(state=CommandState.QUEUED, deadline__lt=now)
    return _end(overdue, state=CommandState.EXPIRED, error=NOT_SENT, finished_at=now)


@transaction.atomic
def give_up_effects(*, now: datetime) -> int:
    """Stop waiting for effects whose deadline has passed; return how many were given up."""
    overdue = Command.objects.filter(effect=Effect.NOT_SEEN, effect_deadline__lt=now)
    return _end(overdue, error=NOT_SEEN, effect_deadline=None)


def _end(overdue: QuerySet[Command], **changes: object) -> int:
    ended = 0
    rows = list(overdue.order_by("pk").values_list("pk", "charge_point_id", "charge_point__site_id"))
    for pk, charge_point_id, site_id in rows:
        if overdue.filter(pk=pk).update(**changes):
            ended += 1
            publish_after_commit(CommandChanged(pk, charge_point_id, site_id))
    return ended
