from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import Batch

NOT_IMPLEMENTED = "trigger-not-implemented"
_REFUSALS = frozenset({"NotImplemented", "NotSupported"})


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Learn what the charge point cannot be asked to send (OCPP 1.6 §5.17, security whitepaper §5.5)."""
    if (answer.payload or {}).get("status") in _REFUSALS or answer.error_code in _REFUSALS:
        detail = f"requestedMessage: {answer.request.get('requestedMessage')}"
        batch.deviations.append((command.charge_point_id, Deviation(NOT_IMPLEMENTED, command.action, detail)))
    return settle(command, answer, batch)


ROUTE = CommandRoute(on_answer=on_answer)
