"""Answers about charging profiles (OCPP 1.6 §5.5, §5.7, §5.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.clock import format_time
from chargers.simulator.composite import HORIZON_S, composite_schedule
from chargers.simulator.configuration import MAX_PERIODS, MAX_PROFILES, MAX_STACK_LEVEL
from chargers.simulator.frames import Payload
from chargers.simulator.limits import Limit
from chargers.simulator.profile_codec import ProfileRefusedError, read_profile, write_schedule
from chargers.simulator.profiles import MAX_PROFILE, TX_PROFILE, Profile

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


def set_charging_profile(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Install a profile when it fits its connector, the transaction and the capacity."""
    try:
        profile = read_profile(payload["connectorId"], payload["csChargingProfiles"])
    except ProfileRefusedError:
        return {"status": "Rejected"}
    if not (_fits_place(cp, profile) and _fits_capacity(cp, profile)):
        return {"status": "Rejected"}
    cp.profiles.install(profile)
    cp.step()
    return {"status": "Accepted"}


def clear_charging_profile(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Remove the profiles that match; Unknown when there are none."""
    removed = cp.profiles.clear(
        profile_id=payload.get("id"),
        connector=payload.get("connectorId"),
        purpose=payload.get("chargingProfilePurpose"),
        stack_level=payload.get("stackLevel"),
    )
    cp.step()
    return {"status": "Accepted" if removed else "Unknown"}


def get_composite_schedule(cp: SimulatedChargePoint, payload: Payload) -> Payload:
    """Return what the installed profiles allow from now on."""
    number = payload["connectorId"]
    if number and number not in cp.connectors:
        return {"status": "Rejected"}
    start = cp.clock.now()
    duration_s = min(int(payload["duration"]), HORIZON_S)
    connector = cp.connectors.get(number)
    transaction = connector.transaction if connector is not None else None
    periods = composite_schedule(
        cp.profiles,
        connector=number,
        start=start,
        duration_s=duration_s,
        session_start=start if transaction is None else transaction.started_at,
        rated=_rated(cp, number),
    )
    unit = payload.get("chargingRateUnit") or ("A" if _rated_in_amperes(cp, number) else "W")
    return {
        "status": "Accepted",
        "connectorId": number,
        "scheduleStart": format_time(start),
        "chargingSchedule": write_schedule(periods, start=start, duration_s=duration_s, unit=unit),
    }


def _rated(cp: SimulatedChargePoint, number: int) -> Limit:
    if not number:
        return Limit(cp.spec.rated_power_w)
    spec = cp.connectors[number].spec
    return Limit(spec.rated_power_w, spec.phases)


def _rated_in_amperes(cp: SimulatedChargePoint, number: int) -> bool:
    return bool(number) and cp.connectors[number].spec.current == "AC"


def _fits_place(cp: SimulatedChargePoint, profile: Profile) -> bool:
    if profile.purpose == MAX_PROFILE:
        return profile.connector == 0
    if profile.purpose != TX_PROFILE:
        return profile.connector == 0 or profile.connector in cp.connectors
    connector = cp.connectors.get(profile.connector)
    if connector is None or connector.transaction is None:
        return False
    return profile.transaction_id in {None, connector.transaction.remote_id}


def _fits_capacity(cp: SimulatedChargePoint, profile: Profile) -> bool:
    known = any(kept.profile_id == profile.profile_id for kept in cp.profiles)
    return (
        0 <= profile.stack_level <= MAX_STACK_LEVEL
        and len(profile.periods) <= MAX_PERIODS
        and (known or len(cp.profiles) < MAX_PROFILES)
    )
