"""How smart charging's own profiles and commands are told from those of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chargers.models.command import SHARING
from evkit.core.recorders import Actor

SMART: Final = Actor(name=SHARING)
SET: Final = "SetChargingProfile"
CLEAR: Final = "ClearChargingProfile"
START: Final = "RemoteStartTransaction"
TX_PROFILE: Final = "TxProfile"
TX_DEFAULT: Final = "TxDefaultProfile"

LIMIT_ID: Final = 920_000
DEFAULT_ID: Final = 930_000
"""Ids of the profiles, plus the connector's number: a limit and a default of each."""

LEVEL: Final = 0
"""The stack level of both: every charge point has it, and a pause lies above it wherever there is another."""


def limit_payload(number: int) -> Mapping[str, Any]:
    """Return what of a connector's limit ClearChargingProfile looks at (OCPP 1.6 §5.5)."""
    return _payload(number, LIMIT_ID + number, TX_PROFILE)


def default_payload(number: int) -> Mapping[str, Any]:
    """Return the same of its default profile."""
    return _payload(number, DEFAULT_ID + number, TX_DEFAULT)


def is_limit(payload: Mapping[str, Any]) -> bool:
    """Tell whether SetChargingProfile sets a limit by smart charging."""
    profile = payload.get("csChargingProfiles") or {}
    return bool(profile.get("chargingProfileId") == LIMIT_ID + int(payload.get("connectorId") or 0))


def without_power(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the same SetChargingProfile with a limit of 0."""
    profile = payload["csChargingProfiles"]
    schedule = {
        **profile["chargingSchedule"],
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0.0}],
    }
    return {**payload, "csChargingProfiles": {**profile, "chargingSchedule": schedule}}


def _payload(number: int, profile_id: int, purpose: str) -> Mapping[str, Any]:
    profile = {"chargingProfileId": profile_id, "chargingProfilePurpose": purpose, "stackLevel": LEVEL}
    return {"connectorId": number, "csChargingProfiles": profile}
