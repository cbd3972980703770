"""Carrying out commands: claim one, send its calls, store what came back.

All of it runs on a writer thread inside a batch's transaction. The commands of one charge point are
carried out strictly one after the other, whichever process holds its socket.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Exists, Q, QuerySet
from django.utils import translation

from chargers.events import CommandChanged
from chargers.models import ChargePoint, ChargePointState, Command, CommandCall
from chargers.ocpp.commanding import Again, Answer, CommandRoute, Done
from chargers.ocpp.handling import Batch
from chargers.services.secrets import mask_payload, open_payload
from chargers.types import CommandState, Effect, Registration
from evkit.core.errors import EvkitError
from evkit.core.texts import storable, storable_json

log = logging.getLogger(__name__)

Routes = Mapping[str, CommandRoute]
Died = Callable[[UUID | None], bool]
"""Tells of the connection that carried a call whether it is gone."""

DEFAULT_ROUTE = CommandRoute()
STALE_AFTER = timedelta(seconds=60)
"""How long after its own time-out a call without an answer belongs to a process that is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A call to send now; `payload` is in clear, so the log must go through `secrets.mask_frame`."""

    command_id: int
    call_id: int
    message_id: str
    action: str
    payload: Mapping[str, Any]
    timeout_s: float


def claim_next(charge_point_id: int, connection_token: UUID, batch: Batch, *, routes: Routes) -> Claim | None:
    """Take the oldest queued command of a charge point and mark it sent; None if there is none to send.

    Nothing is sent to a rejected charge point, over a socket that is not the newest, after the
    command's deadline, or while another command is under way. A command that cannot be sent as things
    stand fails with the cause, and the next one has its turn.
    """
    queued = _due(batch.now).filter(charge_point_id=charge_point_id, deadline__gt=batch.now)
    found = list(queued.select_related("charge_point__state").order_by("pk"))
    if not found or not _may_send(charge_point_id, connection_token, batch, routes):
        return None
    for command in found:
        claimed = queued.filter(pk=command.pk).update(state=CommandState.SENT, sent_at=batch.now)
        if not claimed:
            continue
        command.state, command.sent_at = CommandState.SENT, batch.now
        _publish(command, batch)
        try:
            with translation.override(None):  # what is stored is told in each reader's language
                payload = _route(command, routes).first_payload(command)
        except EvkitError as error:
            _finish(command, Done(CommandState.FAILED, error=error.message), batch)
            continue
        return _new_call(command, open_payload(payload), connection_token, batch.now, routes)
    return None


def waiting_for_commands(now: datetime) -> list[int]:
    """Return the charge points with commands to send: a lost wake-up only costs a moment."""
    return list(_due(now).order_by().values_list("charge_point_id", flat=True).distinct())


def _due(now: datetime) -> QuerySet[Command]:
    """Return the queued commands whose time has come."""
    at_once = Q(not_before=None) | Q(not_before__lte=now)
    return Command.objects.filter(at_once, state=CommandState.QUEUED)


def complete(call_id: int, answer: Answer, batch: Batch, *, routes: Routes) -> Claim | None:
    """Store what came back for a call; return the next call of its command, or None when it is over.

    An answer to a command that is over already (given up after a lost connection) changes nothing.
    """
    call = CommandCall.objects.get(pk=call_id)
    command = _lock(call.command_id)
    if command.state != CommandState.SENT:
        return None
    if not answer.timed_out:
        _store_answer(call, answer, batch.now)
    outcome = _route(command, routes).on_answer(command, answer, batch)
    if isinstance(outcome, Again):
        return _new_call(command, outcome.payload, call.connection_token, batch.now, routes)
    _finish(command, outcome, batch)
    return None


def lose_calls(charge_point_id: int, batch: Batch, *, routes: Routes, carried_by: UUID | None = None) -> int:
    """End the commands under way of a charge point whose connection died; return how many.

    Their outcome is unknown: they count as timed out and are never sent again. `carried_by` names the
    connection that died; None ends them all.
    """
    return sum(
        _lose(pk, batch, routes, lambda token: carried_by is None or token == carried_by)
        for pk in _under_way(charge_point_id)
    )


def lose_stale_calls(batch: Batch, *, routes: Routes) -> int:
    """End commands whose answer was due long ago: the process that awaited it is gone."""
    lost = 0
    suspects = Command.objects.filter(state=CommandState.SENT, sent_at__lt=batch.now - STALE_AFTER)
    for command in suspects.order_by("pk"):
        call = command.calls.last()
        since = call.sent_at if call else command.sent_at or command.created_at
        patience = timedelta(seconds=_route(command, routes).timeout_s) + STALE_AFTER
        if since + patience < batch.now:
            lost += _lose(command.pk, batch, routes, lambda _token: True)
    return lost


def _may_send(charge_point_id: int, connection_token: UUID, batch: Batch, routes: Routes) -> bool:
    """Tell whether a command may go out now; serialises the claims of one charge point until the commit.

    What an older connection still carries is over: the newest has taken its place.
    """
    locked = ChargePoint.objects.select_for_update(no_key=True).filter(pk=charge_point_id)
    if not locked.exclude(registration=Registration.REJECTED).values_list("pk").first():
        return False
    sent = Command.objects.filter(charge_point_id=charge_point_id, state=CommandState.SENT).order_by()
    newest = ChargePointState.objects.filter(pk=charge_point_id, connection_token=connection_token)
    busy = newest.values_list(Exists(sent), flat=True).order_by().first()
    if not busy:
        return busy is not None
    under_way = _under_way(charge_point_id)
    return len(under_way) == sum(
        _lose(pk, batch, routes, lambda token: token != connection_token) for pk in under_way
    )


def _lock(command_id: int) -> Command:
    return Command.objects.select_for_update(of=("self",)).select_related("charge_point").get(pk=command_id)


def _route(command: Command, routes: Routes) -> CommandRoute:
    return routes.get(command.action, DEFAULT_ROUTE)


def _new_call(
    command: Command, payload: Mapping[str, Any], token: UUID | None, now: datetime, routes: Routes
) -> Claim:
    call = CommandCall.objects.create(
        command=command,
        message_id=str(uuid4()),
        request=mask_payload(payload),
        connection_token=token,
        sent_at=now,
    )
    return Claim(
        command_id=command.pk,
        call_id=call.pk,
        message_id=call.message_id,
        action=command.action,
        payload=payload,
        timeout_s=_route(command, routes).timeout_s,
    )


def _store_answer(call: CommandCall, answer: Answer, now: datetime) -> None:
    call.answered_at = now
    call.response = None if answer.payload is None else storable_json(mask_payload(answer.payload))
    call.error_code = storable(answer.error_code, 64)
    call.error_description = storable(answer.error_description, 500)
    call.save(update_fields=["answered_at", "response", "error_code", "error_description"])


def _finish(command: Command, done: Done, batch: Batch) -> None:
    effect, effect_at = done.effect, batch.now if done.effect == Effect.SEEN else None
    if effect == Effect.NOT_SEEN and command.effect == Effect.SEEN:
        effect, effect_at = Effect.SEEN, command.effect_at
    command.state = done.state
    command.response = None if done.response is None else storable_json(mask_payload(done.response))
    command.error = storable(done.error, 500)
    command.effect, command.effect_at = effect, effect_at
    command.effect_deadline = done.effect_deadline if effect == Effect.NOT_SEEN else None
    command.finished_at = batch.now
    command.payload = mask_payload(command.payload)
    command.save(
        update_fields=[
            "state",
            "response",
            "error",
            "effect",
            "effect_at",
            "effect_deadline",
            "finished_at",
            "payload",
        ]
    )
    _publish(command, batch)


def _under_way(charge_point_id: int) -> list[int]:
    sent = Command.objects.filter(charge_point_id=charge_point_id, state=CommandState.SENT)
    return list(sent.order_by("pk").values_list("pk", flat=True))


def _lose(command_id: int, batch: Batch, routes: Routes, died: Died) -> int:
    command = _lock(command_id)
    call = command.calls.last()
    if command.state != CommandState.SENT or not died(call.connection_token if call else None):
        return 0
    outcome = _route(command, routes).on_answer(
        command, Answer(request=call.request if call else command.payload), batch
    )
    done = outcome if isinstance(outcome, Done) else Done(CommandState.TIMED_OUT)
    _finish(command, replace(done, state=CommandState.TIMED_OUT), batch)
    log.info("command_lost", extra={"command": command_id, "action": command.action})
    return 1


def _publish(command: Command, batch: Batch) -> None:
    batch.publish(CommandChanged(command.pk, command.charge_point_id, command.charge_point.site_id))
