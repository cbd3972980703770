from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from charging.services.reservations import note_answer


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Note whether the connector is reserved (OCPP 1.6 §5.13); without an answer it is asked again."""
    done = settle(command, answer, batch)
    if not answer.timed_out:
        status = str((done.response or {}).get("status") or answer.error_code)
        note_answer(command, int(answer.request["reservationId"]), status, batch)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
