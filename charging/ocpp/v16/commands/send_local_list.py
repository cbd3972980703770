from __future__ import annotations

from datetime import timedelta
from typing import Final

from chargers.models import Command
from chargers.ocpp.commanding import Again, Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect
from charging.services.local_list_answers import note_list_answer

READ_BACK_DEADLINE: Final = timedelta(minutes=10)


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done | Again:
    """Send the next chunk, or the whole list after a VersionMismatch (OCPP 1.6 §5.15).

    The update counts as seen once the charge point tells the version that was sent.
    """
    done = settle(command, answer, batch)
    status = "" if answer.timed_out else str((answer.payload or {}).get("status") or answer.error_code)
    following = note_list_answer(command, answer.request, status, batch)
    if following is not None:
        return Again(following)
    if done.state != CommandState.ACCEPTED:
        return done
    return Done(
        done.state, done.response, effect=Effect.NOT_SEEN, effect_deadline=batch.now + READ_BACK_DEADLINE
    )


ROUTE = CommandRoute(on_answer=on_answer)
