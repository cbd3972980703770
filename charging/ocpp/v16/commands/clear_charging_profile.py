from __future__ import annotations

from dataclasses import replace

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.availability import await_status
from chargers.types import CommandState
from charging.services.profiles import note_cleared


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Forget the limits that are cleared (OCPP 1.6 §5.5); "Unknown" means that they were already."""
    done = settle(command, answer, batch)
    if (done.response or {}).get("status") == "Unknown":
        done = replace(done, state=CommandState.ACCEPTED)
    if done.state == CommandState.ACCEPTED:
        note_cleared(command, batch.now)
    return await_status(done, command, batch)


ROUTE = CommandRoute(on_answer=on_answer)
