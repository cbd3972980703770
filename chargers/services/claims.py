"""Whose turn it is: the next call of each charge point, for many at once.

A limit that falls for hundreds of charge points has to reach all of them soon: looking for commands, locking,
marking and storing calls is one statement each, however many take part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.utils import translation

from chargers.models import ChargePoint, ChargePointState, Command
from chargers.ocpp.commanding import Answer, Done
from chargers.ocpp.handling import Batch
from chargers.services.calls import (
    Claim,
    Routes,
    complete_many,
    finish,
    lose_of_older,
    new_calls,
    publish,
    route_of,
)
from chargers.services.secrets import open_payload
from chargers.types import CommandState, Registration
from evkit.core.errors import EvkitError

Socket = tuple[int, UUID]
"""A charge point and the token of a connection of it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A charge point that may be told something: a connection of it, and what its last call brought.

    `call_id` and `answer` are both None where it had none.
    """

    charge_point_id: int
    connection_token: UUID
    call_id: int | None = None
    answer: Answer | None = None

    @property
    def socket(self) -> Socket:
        """The charge point and the connection."""
        return self.charge_point_id, self.connection_token


def take_turns(turns: Sequence[Turn], batch: Batch, *, routes: Routes) -> list[Claim | None]:
    """Store what came back, and return for each turn the next call to send, if there is one.

    A command that needs another call goes on with it; where one is over, the next one has its turn.
    """
    answers = {turn.call_id: turn.answer for turn in turns if turn.call_id is not None and turn.answer}
    again = complete_many(answers, batch, routes=routes) if answers else {}
    free = [turn.socket for turn in turns if turn.call_id not in again]
    claims = claim_many(free, batch, routes=routes)
    return [again[turn.call_id] if turn.call_id in again else claims.get(turn.socket) for turn in turns]


def claim_many(sockets: Collection[Socket], batch: Batch, *, routes: Routes) -> dict[Socket, Claim]:
    """Take the oldest queued command of each of these charge points, mark it sent, and return its call.

    Nothing is sent to a rejected charge point, over a socket that is not the newest, after the command's
    deadline, or while another command is under way. A command that cannot be sent as things stand fails with
    the cause, and the next one has its turn.
    """
    claims: dict[Socket, Claim] = {}
    oldest = _oldest_due({pk for pk, _token in sockets}, batch.now)
    if oldest:
        newest = _may_send([(pk, token) for pk, token in sockets if pk in oldest], batch, routes)
        oldest = {pk: command for pk, command in oldest.items() if pk in newest}
    while oldest:
        claimed = _claim(oldest.values(), newest, batch, routes)
        claims |= {(pk, newest[pk]): claim for pk, claim in claimed.items()}
        oldest = _oldest_due(oldest.keys() - claimed.keys(), batch.now)
    return claims


def waiting_for_commands(now: datetime) -> list[int]:
    """Return the charge points with commands to send: a lost wake-up only costs a moment."""
    return list(_due(now).order_by().values_list("charge_point_id", flat=True).distinct())


def _due(now: datetime) -> QuerySet[Command]:
    """Return the queued commands whose time has come."""
    at_once = Q(not_before=None) | Q(not_before__lte=now)
    return Command.objects.filter(at_once, state=CommandState.QUEUED)


def _oldest_due(charge_point_ids: Collection[int], now: datetime) -> dict[int, int]:
    """Return the number of the oldest command to send by charge point."""
    if not charge_point_ids:
        return {}
    due = _due(now).filter(charge_point_id__any_of=charge_point_ids, deadline__gt=now).order_by()
    return dict(due.values_list("charge_point_id").annotate(Min("pk")))


def _may_send(sockets: Collection[Socket], batch: Batch, routes: Routes) -> dict[int, UUID]:
    """Return the newest connections, by charge point, of those that may be sent a command.

    Serialises the claims of these charge points until the commit. What an older connection still carries is
    over: the newest has taken its place.
    """
    accepted = ChargePoint.objects.exclude(registration=Registration.REJECTED).order_by("identity")
    locked = accepted.select_for_update(no_key=True).filter(pk__any_of={pk for pk, _token in sockets})
    ids = list(locked.values_list("pk", flat=True))
    states = ChargePointState.objects.filter(pk__any_of=ids).values_list("pk", "connection_token")
    newest: dict[int, UUID] = dict({*sockets}.intersection(states))
    sent = Command.objects.filter(charge_point_id__any_of=newest, state=CommandState.SENT).order_by()
    busy = set(sent.values_list("charge_point_id", flat=True))
    stuck = {pk for pk in busy if not lose_of_older(pk, newest[pk], batch, routes)}
    return {pk: token for pk, token in newest.items() if pk not in stuck}


def _claim(
    command_ids: Iterable[int], newest: Mapping[int, UUID], batch: Batch, routes: Routes
) -> dict[int, Claim]:
    """Mark commands sent and return their calls by charge point; what cannot be sent fails."""
    queued = Command.objects.filter(pk__any_of=command_ids, state=CommandState.QUEUED)
    rows = queued.select_for_update(of=("self",)).select_related("charge_point__state")
    commands = list(rows.order_by("charge_point__identity"))
    Command.objects.filter(pk__any_of=[command.pk for command in commands]).update(
        state=CommandState.SENT, sent_at=batch.now
    )
    wanted: list[tuple[Command, Mapping[str, Any], UUID | None]] = []
    for command in commands:
        command.state, command.sent_at = CommandState.SENT, batch.now
        publish(command, batch)
        try:
            with translation.override(None):  # what is stored is told in each reader's language
                payload = route_of(command, routes).first_payload(command)
        except EvkitError as error:
            finish(command, Done(CommandState.FAILED, error=error.message), batch)
            continue
        wanted.append((command, open_payload(payload), newest[command.charge_point_id]))
    claims = new_calls(wanted, batch.now, routes)
    return {
        command.charge_point_id: claim
        for claim, (command, _payload, _token) in zip(claims, wanted, strict=True)
    }
