from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.availability import is_confirmed
from chargers.services.desired import remember_availability
from chargers.types import CommandState, Effect

STATUS_PATIENCE = timedelta(minutes=5)
SCHEDULED_PATIENCE = timedelta(hours=24)
"""Scheduled: the change comes when the transaction in progress ends."""


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Await the status that confirms the change (OCPP 1.6 §5.2); Scheduled is not a failure."""
    done = settle(command, answer, batch)
    if done.state not in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        return done
    if done.state == CommandState.ACCEPTED:
        remember_availability(command, answer.request, batch.now)
    if is_confirmed(command):
        return replace(done, effect=Effect.SEEN)
    scheduled = (answer.payload or {}).get("status") == "Scheduled"
    patience = SCHEDULED_PATIENCE if scheduled else STATUS_PATIENCE
    return replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + patience)


ROUTE = CommandRoute(on_answer=on_answer)
