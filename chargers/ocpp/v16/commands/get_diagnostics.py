from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.file_jobs import answered


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Tell the job the name of the file that will come, or that there is none (OCPP 1.6 §5.9)."""
    done = settle(command, answer, batch)
    file_name = (answer.payload or {}).get("fileName")
    answered(command, done.state, done.error, str(file_name) if file_name else "", batch.now)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
