from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.root_certificates import (
    doubt,
    forget,
    names_in,
    read_roots,
    require_not_last,
    uses_of,
)
from chargers.types import CommandState, Effect

GONE = frozenset({"Accepted", "NotFound"})
LIST_DEADLINE = timedelta(minutes=10)


def first_payload(command: Command) -> Mapping[str, object]:
    """Look once more before the last root is deleted: another deletion may have come first (M04)."""
    require_not_last(command.charge_point, names_in(command.payload))
    payload: Mapping[str, object] = command.payload
    return payload


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Forget the certificate, or doubt that it is still there, and have the lists read back (M04)."""
    done = settle(command, answer, batch)
    names = names_in(command.payload)
    uses = uses_of(command.charge_point, names)
    if (answer.payload or {}).get("status") in GONE:
        forget(command.charge_point, names)
    if done.state == CommandState.TIMED_OUT:
        doubt(command.charge_point, names)
    if done.state == CommandState.ACCEPTED:
        done = replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + LIST_DEADLINE)
    if done.state in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        for use in uses:
            read_roots(charge_point=command.charge_point, use=use, now=batch.now)
    return done


ROUTE = CommandRoute(first_payload=first_payload, on_answer=on_answer)
