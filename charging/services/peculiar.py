"""Charging profiles as peculiar charge points take them (OCPP 1.6 §7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chargers.models import Command, Evse
from chargers.services.quirks import quirks_of
from evkit.core.units import LimitUnit, amperes_to_watts

_THREE: Final = 3


def fit_profile(command: Command, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a SetChargingProfile payload with what the charge point is known not to take put right.

    Stack levels become 0 where no other is accepted; limits in A become W where only W are.
    """
    quirks = quirks_of(command.charge_point)
    profile: dict[str, Any] = dict(payload["csChargingProfiles"])
    if quirks.base_stack_level:
        profile["stackLevel"] = 0
    schedule = profile.get("chargingSchedule") or {}
    if quirks.watts_only and schedule.get("chargingRateUnit") == LimitUnit.AMPERE:
        phases = _phases(command, payload.get("connectorId") or 0)
        profile["chargingSchedule"] = _in_watts(schedule, phases, _voltage_v(command))
    return {**payload, "csChargingProfiles": profile}


def _in_watts(schedule: Mapping[str, Any], phases: int, voltage_v: float) -> dict[str, Any]:
    def watts(current_a: float, used: int) -> float:
        return round(amperes_to_watts(current_a, phases=used, voltage_v=voltage_v), 1)

    periods = [
        {**period, "limit": watts(period["limit"], period.get("numberPhases") or phases)}
        for period in schedule["chargingSchedulePeriod"]
    ]
    changed: dict[str, Any] = {"chargingRateUnit": LimitUnit.WATT.value, "chargingSchedulePeriod": periods}
    if schedule.get("minChargingRate") is not None:
        changed["minChargingRate"] = watts(schedule["minChargingRate"], phases)
    return {**schedule, **changed}


def _phases(command: Command, connector: int) -> int:
    found = Evse.objects.filter(charge_point_id=command.charge_point_id, number=connector)
    return found.values_list("phases", flat=True).first() or _THREE


def _voltage_v(command: Command) -> float:
    site = command.charge_point.site
    return site.voltage_v if site is not None else 230.0
