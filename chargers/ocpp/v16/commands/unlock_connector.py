from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.deviations import Deviation
from chargers.ocpp.handling import Batch

UNLOCK_TIMEOUT_S = 60.0
"""The answer comes after the lock has moved, or failed to (OCPP 1.6 §5.18)."""


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Take Unlocked as done; learn that a charge point has no lock it can open."""
    if (answer.payload or {}).get("status") == "NotSupported":
        detail = f"connector {answer.request.get('connectorId')}"
        batch.deviations.append(
            (command.charge_point_id, Deviation("unlock-not-supported", command.action, detail))
        )
    return settle(command, answer, batch)


ROUTE = CommandRoute(on_answer=on_answer, timeout_s=UNLOCK_TIMEOUT_S)
