from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.file_jobs import answered


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Tell the job that the charge point has taken the request (OCPP 1.6 §5.19)."""
    done = settle(command, answer, batch)
    answered(command, done.state, done.error, "", batch.now)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
