from __future__ import annotations

from typing import Final

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from charging.services.local_list_answers import note_unsupported, note_version

_UNSUPPORTED: Final = frozenset({"NotSupported", "NotImplemented"})


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Note the version of the local list: -1 without support, 0 for an empty one (OCPP 1.6 §5.10)."""
    if answer.error_code in _UNSUPPORTED:
        note_unsupported(command, answer.error_code, batch)
    elif answer.message is not None:
        note_version(command, int(answer.message.list_version), batch)
    return settle(command, answer, batch)


ROUTE = CommandRoute(on_answer=on_answer)
