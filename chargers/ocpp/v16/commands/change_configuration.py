from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from chargers.models import Command
from chargers.ocpp.commanding import Answer, CommandRoute, Done, settle
from chargers.ocpp.handling import Batch
from chargers.services.configuration import (
    ReportedKey,
    require_reboot,
    store_configuration,
)
from chargers.services.passwords import offer_password
from chargers.services.read_back import queue_read_back
from chargers.services.secrets import is_secret, open_payload
from chargers.services.security_profiles import await_profile, check_change, is_profile_key
from chargers.types import CommandState, Effect

READ_BACK_DEADLINE = timedelta(minutes=10)
REBOOT_DEADLINE = timedelta(hours=24)


def first_payload(command: Command) -> Mapping[str, object]:
    """Look at a security profile before it is sent: whoever asked, it is only raised (A05)."""
    payload: Mapping[str, object] = command.payload
    if is_profile_key(payload.get("key")):
        check_change(command.charge_point, payload.get("value"), command.sent_at or command.created_at)
    return payload


def on_answer(command: Command, answer: Answer, batch: Batch) -> Done:
    """Read a change back before it counts as seen; remember that a reboot is required (OCPP 1.6 §5.3).

    A change without an answer is read back as well: its outcome is unknown. A key that cannot be read is
    let in beside the old one, until the charge point has used it (security whitepaper, A01).
    """
    done = settle(command, answer, batch)
    status = "" if done.state == CommandState.TIMED_OUT else (answer.payload or {}).get("status")
    follow_up = _FOLLOW_UPS.get(status) if isinstance(status, str) else None
    return follow_up(command, done, batch) if follow_up and not answer.error_code else done


def _changed(command: Command, done: Done, batch: Batch) -> Done:
    if is_profile_key(command.payload.get("key")):
        await_profile(command.charge_point, int(command.payload["value"]))
    if is_secret(command.payload.get("key")):
        offer_password(command.charge_point, str(open_payload(command.payload)["value"]))
        return done
    queue_read_back(charge_point=command.charge_point, keys=[command.payload["key"]], now=batch.now)
    return replace(done, effect=Effect.NOT_SEEN, effect_deadline=batch.now + READ_BACK_DEADLINE)


def _changes_after_reboot(command: Command, done: Done, batch: Batch) -> Done:
    require_reboot(command.charge_point)
    changed = _changed(command, done, batch)
    if changed.effect == Effect.NOT_SEEN:
        return replace(changed, effect_deadline=batch.now + REBOOT_DEADLINE)
    return changed


def _not_supported(command: Command, done: Done, batch: Batch) -> Done:
    unknown = ReportedKey(str(command.payload.get("key", "")), known=False)
    store_configuration(charge_point=command.charge_point, reported=[unknown], at=batch.now, batch=batch)
    return done


_FOLLOW_UPS: dict[str, Callable[[Command, Done, Batch], Done]] = {
    "": _changed,
    "Accepted": _changed,
    "RebootRequired": _changes_after_reboot,
    "NotSupported": _not_supported,
}

ROUTE = CommandRoute(first_payload=first_payload, on_answer=on_answer)
