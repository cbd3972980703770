from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.file_jobs import answered
from chargers.services.security_jobs import cancel_older

CANCELED = "AcceptedCanceled"


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Tell the job the name of the log that will come, or that there is none (security whitepaper, N01)."""
    done = settle(command, answer, batch)
    payload = answer.payload or {}
    error = done.error or str(payload.get("status", ""))
    answered(command, done.state, error, str(payload.get("filename") or ""), batch.now)
    if payload.get("status") == CANCELED:
        cancel_older(command, batch)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
