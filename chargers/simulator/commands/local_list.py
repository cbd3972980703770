"""Answers about the local authorization list (OCPP 1.6 §5.10, §5.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.configuration import LOCAL_LIST_MAX_LENGTH, SEND_LOCAL_LIST_MAX_LENGTH
from chargers.simulator.frames import Payload

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


def get_local_list_version(cp: SimulatedChargePoint, payload: Payload) -> Payload:  # noqa: ARG001
    """Return the version; -1 when the list is switched off, 0 when it is empty."""
    if not cp.configuration.flag("LocalAuthListEnabled"):
        return {"listVersion": -1}
    return {"listVersion": cp.authorisation.list_version}


def send_local_list(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Replace (Full) or amend (Differential) the list."""
    if not cp.configuration.flag("LocalAuthListEnabled"):
        return {"status": "NotSupported"}
    entries = payload.get("localAuthorizationList", [])
    version, full = payload["listVersion"], payload["updateType"] == "Full"
    if not full and version <= cp.authorisation.list_version:
        return {"status": "VersionMismatch"}
    merged = {} if full else dict(cp.authorisation.local_list)
    for entry in entries:
        _merge(merged, entry)
    if len(entries) > SEND_LOCAL_LIST_MAX_LENGTH or len(merged) > LOCAL_LIST_MAX_LENGTH:
        return {"status": "Failed"}
    cp.authorisation.local_list = merged
    cp.authorisation.list_version = version
    return {"status": "Accepted"}


def _merge(entries: dict[str, Payload], entry: Payload) -> None:
    key = entry["idTag"].casefold()
    info = entry.get("idTagInfo")
    if info is None:
        entries.pop(key, None)
    else:
        entries[key] = info
