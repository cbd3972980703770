from __future__ import annotations

from dataclasses import replace

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect
from charging.services.remote import connection_timeout, has_started_since


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Await the start (OCPP 1.6 §5.11): "Accepted" means that the charge point will try.

    The start may have been received before the answer, or although the answer was lost.
    """
    done = settle(command, answer, batch)
    if done.state not in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        return done
    since = command.sent_at or command.created_at
    if command.effect == Effect.SEEN or has_started_since(
        answer.request, charge_point_id=command.charge_point_id, since=since
    ):
        return replace(done, effect=Effect.SEEN)
    deadline = batch.now + connection_timeout(command.charge_point_id)
    return replace(done, effect=Effect.NOT_SEEN, effect_deadline=deadline)


ROUTE = CommandRoute(on_answer=on_answer)
