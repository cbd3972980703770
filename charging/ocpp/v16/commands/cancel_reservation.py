from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from charging.services.reservations import note_cancelled


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """End the reservation (OCPP 1.6 §5.1); "Rejected" means that the charge point does not know it."""
    done = settle(command, answer, batch)
    if done.response is not None:
        note_cancelled(command, int(answer.request["reservationId"]), batch)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
