from __future__ import annotations

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.certificate_hashes import hash_data
from chargers.services.root_certificates import see_effects, store_list
from chargers.types import CommandState

NOTHING = "NotFound"


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Keep the list; "NotFound" is an empty one (security whitepaper, M03.FR.02)."""
    done = settle(command, answer, batch)
    payload = answer.payload or {}
    if payload.get("status") not in {"Accepted", NOTHING}:
        return done
    told = answer.message.certificate_hash_data if answer.message else None
    entries = [
        hash_data(one.hash_algorithm, one.issuer_name_hash, one.issuer_key_hash, one.serial_number)
        for one in told or ()
    ]
    use = str(command.payload.get("certificateType", ""))
    store_list(command.charge_point, use, entries, batch.now)
    see_effects(command.charge_point, use, batch)
    return done if done.state == CommandState.ACCEPTED else Done(CommandState.ACCEPTED, done.response)


ROUTE = CommandRoute(on_answer=on_answer)
