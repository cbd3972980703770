"""Answers about configuration keys (OCPP 1.6 §5.3, §5.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.aligned import schedule_aligned
from chargers.simulator.calls import CallRefusedError
from chargers.simulator.commands.core import ANSWER_FIRST_S
from chargers.simulator.configuration import GET_CONFIGURATION_MAX_KEYS, KEYS, find_key
from chargers.simulator.frames import Payload
from chargers.simulator.security_profile import PROFILE, may_raise

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


def get_configuration(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Return the keys asked for, all without a list; unknown ones by name."""
    asked = payload.get("key") or list(KEYS)
    if len(asked) > GET_CONFIGURATION_MAX_KEYS:
        raise CallRefusedError("OccurenceConstraintViolation", "too many keys")
    found = {name: find_key(name) for name in asked}
    unknown = [name for name, key in found.items() if key is None]
    answer: Payload = {"configurationKey": [_entry(cp, key) for key in found.values() if key is not None]}
    if unknown:
        answer["unknownKey"] = unknown
    return answer


def change_configuration(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Set a key and let the parts concerned know."""
    name, value = payload["key"], payload["value"]
    if find_key(name) == PROFILE and not may_raise(cp, value):
        return {"status": "Rejected"}
    before = cp.configuration.number(PROFILE)
    status = cp.configuration.change(name, value)
    if status == "Accepted":
        _apply(cp, find_key(name), value, before)
    return {"status": status}


def _apply(cp: SimulatedChargePoint, key: str | None, value: str, before: float) -> None:
    if key == "HeartbeatInterval":
        cp.timers.cancel("heartbeat")
        cp.boot.schedule_heartbeat()
    elif key == "ClockAlignedDataInterval":
        schedule_aligned(cp)
    elif key == "AuthorizationKey":
        cp.peer.password = value
    elif key == PROFILE:
        cp.station.fallback_profile = int(before)
        cp.timers.set("security-profile", ANSWER_FIRST_S, cp.drop)


def _entry(cp: SimulatedChargePoint, key: str) -> Payload:
    entry: Payload = {"key": key, "readonly": KEYS[key].readonly}
    if not KEYS[key].secret:
        entry["value"] = cp.configuration.text(key)
    return entry
