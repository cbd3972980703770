from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect

BOOT_PATIENCE = timedelta(minutes=10)


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Await the boot that a reset leads to (OCPP 1.6 §5.14), even if the reset itself was never answered."""
    done = settle(command, answer, batch)
    if done.state in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        return replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + BOOT_PATIENCE)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
