"""The calls of commands: what they bring back, and what becomes of those that are lost.

What is sent next is chosen in `claims.py`. All of it runs on a writer thread inside a batch's transaction.
The commands of one charge point are carried out strictly one after the other, whichever process holds its
socket.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from chargers.events import CommandChanged
from chargers.models import Command, CommandCall
from chargers.ocpp.commanding import Again, Answer, CommandRoute, Done
from chargers.ocpp.handling import Batch
from chargers.services.secrets import mask_payload
from chargers.types import CommandState, Effect
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


def complete_many(answers: Mapping[int, Answer], batch: Batch, *, routes: Routes) -> dict[int, Claim]:
    """Store what came back for calls, by call id; return the next call of those whose command needs another.

    An answer to a command that is over already (given up after a lost connection) changes nothing.
    """
    calls = {call.command_id: call for call in CommandCall.objects.filter(pk__any_of=answers)}
    again: list[tuple[Command, Mapping[str, Any], UUID | None]] = []
    for command in _locked(calls):
        if command.state != CommandState.SENT:
            continue
        call = calls[command.pk]
        answer = answers[call.pk]
        if not answer.timed_out:
            _store_answer(call, answer, batch.now)
        outcome = route_of(command, routes).on_answer(command, answer, batch)
        if isinstance(outcome, Again):
            again.append((command, outcome.payload, call.connection_token))
        else:
            finish(command, outcome, batch)
    followed = [calls[command.pk].pk for command, _payload, _token in again]
    return dict(zip(followed, new_calls(again, batch.now, routes), strict=True))


def lose_calls(charge_point_id: int, batch: Batch, *, routes: Routes, carried_by: UUID | None = None) -> int:
    """End the commands under way of a charge point whose connection died; return how many.

    Their outcome is unknown: they count as timed out and are never sent again. `carried_by` names the
    connection that died; None ends them all.
    """
    return sum(
        _lose(pk, batch, routes, lambda token: carried_by is None or token == carried_by)
        for pk in _under_way(charge_point_id)
    )


def lose_of_older(charge_point_id: int, newest: UUID, batch: Batch, routes: Routes) -> bool:
    """End what other connections than the newest still carry; return whether nothing is under way then."""
    pks = _under_way(charge_point_id)
    return len(pks) == sum(_lose(pk, batch, routes, lambda token: token != newest) for pk in pks)


def lose_stale_calls(batch: Batch, *, routes: Routes) -> int:
    """End commands whose answer was due long ago: the process that awaited it is gone."""
    lost = 0
    suspects = Command.objects.filter(state=CommandState.SENT, sent_at__lt=batch.now - STALE_AFTER)
    for command in suspects.order_by("pk"):
        call = command.calls.last()
        since = call.sent_at if call else command.sent_at or command.created_at
        patience = timedelta(seconds=route_of(command, routes).timeout_s) + STALE_AFTER
        if since + patience < batch.now:
            lost += _lose(command.pk, batch, routes, lambda _token: True)
    return lost


def _locked(command_ids: Collection[int]) -> list[Command]:
    """Return commands by charge point, locked in an order in which no two processes wait for each other."""
    rows = Command.objects.select_for_update(of=("self",)).select_related("charge_point")
    return list(rows.filter(pk__any_of=command_ids).order_by("charge_point__identity", "pk"))


def route_of(command: Command, routes: Routes) -> CommandRoute:
    """Return how a command is carried out."""
    return routes.get(command.action, DEFAULT_ROUTE)


def new_calls(
    wanted: Sequence[tuple[Command, Mapping[str, Any], UUID | None]], now: datetime, routes: Routes
) -> list[Claim]:
    """Store a call for each of these commands, payloads and connections; return what is to be sent."""
    calls = CommandCall.objects.bulk_create(
        CommandCall(
            command=command,
            message_id=str(uuid4()),
            request=mask_payload(payload),
            connection_token=token,
            sent_at=now,
        )
        for command, payload, token in wanted
    )
    return [
        Claim(
            command_id=command.pk,
            call_id=call.pk,
            message_id=call.message_id,
            action=command.action,
            payload=payload,
            timeout_s=route_of(command, routes).timeout_s,
        )
        for call, (command, payload, _token) in zip(calls, wanted, strict=True)
    ]


def _store_answer(call: CommandCall, answer: Answer, now: datetime) -> None:
    call.answered_at = now
    call.response = None if answer.payload is None else storable_json(mask_payload(answer.payload))
    call.error_code = storable(answer.error_code, 64)
    call.error_description = storable(answer.error_description, 500)
    call.save(update_fields=["answered_at", "response", "error_code", "error_description"])


def finish(command: Command, done: Done, batch: Batch) -> None:
    """Store what a command came to."""
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
    publish(command, batch)


def _under_way(charge_point_id: int) -> list[int]:
    sent = Command.objects.filter(charge_point_id=charge_point_id, state=CommandState.SENT)
    return list(sent.order_by("pk").values_list("pk", flat=True))


def _lose(command_id: int, batch: Batch, routes: Routes, died: Died) -> int:
    [command] = _locked([command_id])
    call = command.calls.last()
    if command.state != CommandState.SENT or not died(call.connection_token if call else None):
        return 0
    outcome = route_of(command, routes).on_answer(
        command, Answer(request=call.request if call else command.payload), batch
    )
    done = outcome if isinstance(outcome, Done) else Done(CommandState.TIMED_OUT)
    finish(command, replace(done, state=CommandState.TIMED_OUT), batch)
    log.info("command_lost", extra={"command": command_id, "action": command.action})
    return 1


def publish(command: Command, batch: Batch) -> None:
    """Tell of a command that changed, after the commit."""
    batch.publish(CommandChanged(command.pk, command.charge_point_id, command.charge_point.site_id))
