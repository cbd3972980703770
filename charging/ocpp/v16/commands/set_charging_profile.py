from __future__ import annotations

from collections.abc import Mapping

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.availability import await_status
from chargers.types import CommandState
from charging.services.peculiar import fit_profile
from charging.services.profiles import complete_profile, note_limited, note_requested
from evkit.core.clock import utc_now


def first_payload(command: Command) -> Mapping[str, object]:
    """Return the profile to send, with its transaction (OCPP 1.6 §5.16); notes what is asked for."""
    payload = fit_profile(command, complete_profile(command))
    note_requested(command, payload["csChargingProfiles"], utc_now())
    return payload


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Note the limit that was accepted; accepted is not obeyed."""
    done = settle(command, answer, batch)
    if done.state == CommandState.ACCEPTED:
        note_limited(command, answer.request["csChargingProfiles"], batch.now)
    return await_status(done, command, batch)


ROUTE = CommandRoute(first_payload=first_payload, on_answer=on_answer)
