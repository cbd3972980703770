from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.root_certificates import read_roots, store_installed
from chargers.types import CertificateUse, CommandState, Effect

LIST_DEADLINE = timedelta(minutes=10)


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Keep the certificate in the inventory and have the list read back (security whitepaper, M05)."""
    done = settle(command, answer, batch)
    if done.state == CommandState.ACCEPTED:
        store_installed(command, batch.now)
        done = replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + LIST_DEADLINE)
    if done.state in {CommandState.ACCEPTED, CommandState.TIMED_OUT}:
        use = CertificateUse(command.payload["certificateType"])
        read_roots(charge_point=command.charge_point, use=use, now=batch.now)
    return done


ROUTE = CommandRoute(on_answer=on_answer)
