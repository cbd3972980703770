"""Answers to commands about the charge point itself (OCPP 1.6 §5.2, §5.4, §5.6, §5.14, §5.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.connector import Connector
from chargers.simulator.frames import Payload
from chargers.simulator.security_log import tell_event

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint

ANSWER_FIRST_S = 0.05
DRAIN_STEP_S = 0.1
DRAIN_STEPS = 50


def change_availability(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Make a connector (0: all) operative or not; Scheduled while a transaction runs."""
    number, operative = payload["connectorId"], payload["type"] == "Operative"
    if number and number not in cp.connectors:
        return {"status": "Rejected"}
    targets = [cp.connectors[number]] if number else list(cp.connectors.values())
    if not number:
        cp.station.operative = operative
    scheduled = [_set_availability(connector, operative=operative) for connector in targets]
    cp.timers.set("availability", ANSWER_FIRST_S, cp.report)
    return {"status": "Scheduled" if any(scheduled) else "Accepted"}


def _set_availability(connector: Connector, *, operative: bool) -> bool:
    busy = connector.transaction is not None and not operative
    connector.goes_unavailable = busy
    if not busy:
        connector.operative = operative
    return busy


def clear_cache(cp: SimulatedChargePoint, payload: Payload) -> Payload:  # noqa: ARG001
    """Forget cached authorizations."""
    if not cp.configuration.flag("AuthorizationCacheEnabled"):
        return {"status": "Rejected"}
    cp.authorisation.clear_cache()
    return {"status": "Accepted"}


def data_transfer(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Echo data of our own vendor; any other is unknown."""
    if payload["vendorId"] != cp.spec.vendor:
        return {"status": "UnknownVendorId"}
    if payload.get("messageId") not in {None, "echo"}:
        return {"status": "UnknownMessageId"}
    return {"status": "Accepted", "data": str(payload.get("data", ""))}


def unlock_connector(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Release the cable; a running transaction ends."""
    connector = cp.connectors.get(payload["connectorId"])
    if connector is None:
        return {"status": "NotSupported"}
    cp.timers.set(
        f"unlock-{connector.number}",
        ANSWER_FIRST_S,
        lambda: cp.sessions.stop(connector, "UnlockCommand"),
    )
    return {"status": "Unlocked"}


def reset(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Reboot: soft ends transactions properly first, hard tells of them afterwards."""
    if cp.spec.tells_security_events:
        tell_event(cp, "ResetOrReboot", f"{payload['type']} reset")
    soft = payload["type"] == "Soft"
    cp.timers.set("reset", ANSWER_FIRST_S, lambda: _soft_reset(cp) if soft else _hard_reset(cp))
    return {"status": "Accepted"}


def restart(cp: SimulatedChargePoint) -> None:
    """Drop the connection as a reboot does and boot again after `reboot_s`."""
    cp.boot.restarted()
    cp.drop(cp.spec.reboot_s)


def _soft_reset(cp: SimulatedChargePoint) -> None:
    for connector in cp.connectors.values():
        cp.sessions.stop(connector, "SoftReset")
    _restart_when_told(cp, DRAIN_STEPS)


def _restart_when_told(cp: SimulatedChargePoint, steps: int) -> None:
    if steps and cp.online and cp.wire.outbox.durable:
        cp.timers.set("reset", DRAIN_STEP_S, lambda: _restart_when_told(cp, steps - 1))
    else:
        restart(cp)


def _hard_reset(cp: SimulatedChargePoint) -> None:
    restart(cp)
    for connector in cp.connectors.values():
        cp.sessions.stop(connector, "HardReset")
