from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect
from charging.models import Transaction

PATIENCE: Final = timedelta(seconds=120)


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Await the stop (OCPP 1.6 §5.12), which may be received before the answer or without one."""
    done = settle(command, answer, batch)
    if done.state not in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        return done
    ended = Transaction.objects.filter(
        pk=answer.request.get("transactionId") or 0, charge_point_id=command.charge_point_id
    ).exclude(ended_received_at=None)
    if command.effect == Effect.SEEN or ended.exists():
        return replace(done, effect=Effect.SEEN)
    return replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + PATIENCE)


ROUTE = CommandRoute(on_answer=on_answer)
