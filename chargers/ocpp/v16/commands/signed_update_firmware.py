from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.file_jobs import answered
from chargers.services.security_jobs import cancel_older

CANCELED = "AcceptedCanceled"


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Tell the job whether the charge point trusts the firmware (security whitepaper, L01)."""
    done = settle(command, answer, batch)
    payload = answer.payload or {}
    answered(command, done.state, done.error or str(payload.get("status", "")), "", batch.now)
    if payload.get("status") == CANCELED:
        cancel_older(command, batch)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
