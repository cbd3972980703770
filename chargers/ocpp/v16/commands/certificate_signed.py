from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.issuing import answered


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Store whether the charge point took its certificate (security whitepaper, A02)."""
    done = settle(command, answer, batch)
    answered(command, done.state)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
