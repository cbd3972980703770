"""Charging profiles as peculiar charge points take them (OCPP 1.6 §7.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from chargers.models import Command, Evse
from chargers.quirks.modes import Mode
from chargers.services.modes import mode_record
from chargers.services.quirks import quirks_of
from charging.services.smart.marks import SMART, TX_DEFAULT, TX_PROFILE
from evkit.core.units import LimitUnit, amperes_to_watts, watts_to_amperes

_THREE: Final = 3


def fit_profile(command: Command, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a SetChargingProfile payload with what the charge point is known not to take put right.

    Whoever asks for it: by its operating mode, as an administrator and the presets of its model say, stack
    levels, units and purposes become those that it takes. Smart charging chooses units by itself, also to
    try another one, so that there only its quirks count.
    """
    mode = _mode(command)
    profile: dict[str, Any] = dict(payload["csChargingProfiles"])
    if mode.stack_level is not None:
        profile["stackLevel"] = min(profile["stackLevel"], mode.stack_level)
    if mode.purposes is not None and profile["chargingProfilePurpose"] not in mode.purposes:
        profile = _of_other_purpose(profile, mode.purposes)
    schedule = profile.get("chargingSchedule") or {}
    if mode.unit is not None and schedule.get("chargingRateUnit") not in {None, mode.unit}:
        phases = _phases(command, payload.get("connectorId") or 0)
        profile["chargingSchedule"] = _in_unit(LimitUnit(mode.unit), schedule, phases, _voltage_v(command))
    return {**payload, "csChargingProfiles": profile}


def _mode(command: Command) -> Mode:
    """Return what is declared of how a charge point takes profiles."""
    if command.requested_name != SMART.name:
        return mode_record(command.charge_point, {}).mode
    quirks = quirks_of(command.charge_point)
    return Mode(unit="W" if quirks.watts_only else None, stack_level=0 if quirks.base_stack_level else None)


def _of_other_purpose(profile: Mapping[str, Any], purposes: tuple[str, ...]) -> dict[str, Any]:
    """Return a profile for one charge as the default of its connector where nothing else is taken."""
    if profile["chargingProfilePurpose"] != TX_PROFILE or TX_DEFAULT not in purposes:
        return dict(profile)
    kept = {name: value for name, value in profile.items() if name != "transactionId"}
    return {**kept, "chargingProfilePurpose": TX_DEFAULT}


def _in_unit(unit: LimitUnit, schedule: Mapping[str, Any], phases: int, voltage_v: float) -> dict[str, Any]:
    """Return a schedule in another unit; limits in A are rounded down to 0.1."""

    def watts(current_a: float, used: int) -> float:
        return round(amperes_to_watts(current_a, phases=used, voltage_v=voltage_v), 1)

    def amperes(power_w: float, used: int) -> float:
        return int(watts_to_amperes(power_w, phases=used, voltage_v=voltage_v) * 10 + 1e-6) / 10

    turned: Callable[[float, int], float] = watts if unit == LimitUnit.WATT else amperes
    periods = [
        {**period, "limit": turned(period["limit"], period.get("numberPhases") or phases)}
        for period in schedule["chargingSchedulePeriod"]
    ]
    changed: dict[str, Any] = {"chargingRateUnit": unit.value, "chargingSchedulePeriod": periods}
    if schedule.get("minChargingRate") is not None:
        changed["minChargingRate"] = turned(schedule["minChargingRate"], phases)
    return {**schedule, **changed}


def _phases(command: Command, connector: int) -> int:
    found = Evse.objects.filter(charge_point_id=command.charge_point_id, number=connector)
    return found.values_list("phases", flat=True).first() or _THREE


def _voltage_v(command: Command) -> float:
    site = command.charge_point.site
    return site.voltage_v if site is not None else 230.0
