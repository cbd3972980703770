"""Battery, power and energy of one charging session; pure, time is an argument."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from chargers.simulator.limits import Limit
from chargers.simulator.spec import (
    MINIMUM_AC_CURRENT_A,
    NOMINAL_VOLTAGE_V,
    ConnectorSpec,
    VehicleSpec,
)

TAPER_FROM_PERCENT = 80.0
TAPER_FLOOR = 0.08
COLD_BELOW_PERCENT = 5.0
COLD_FACTOR = 0.6
EFFICIENCY = {"AC": 0.91, "DC": 0.96}
MINIMUM_DC_POWER_W = 1_000.0
AMBIENT_C = 21.0
WARMING_C = 24.0
WARMING_TIME_S = 180.0


@dataclass(frozen=True, slots=True)
class Charge:
    """Physical state of a connector: power, meter register, state of charge, temperature."""

    power_w: float = 0.0
    register_wh: float = 0.0
    soc_percent: float = 0.0
    temperature_c: float = AMBIENT_C


def acceptance(soc_percent: float) -> float:
    """Share (0 to 1) of its highest power that a battery takes at a state of charge.

    Less when nearly empty, full power up to 80 %, then a linear taper.
    """
    if soc_percent >= 100.0:
        return 0.0
    if soc_percent < COLD_BELOW_PERCENT:
        return COLD_FACTOR
    if soc_percent <= TAPER_FROM_PERCENT:
        return 1.0
    left = (100.0 - soc_percent) / (100.0 - TAPER_FROM_PERCENT)
    return TAPER_FLOOR + (1.0 - TAPER_FLOOR) * left


def used_phases(connector: ConnectorSpec, vehicle: VehicleSpec, limit: Limit | None) -> int:
    """Phases that carry current: the fewest of connector, vehicle and limit."""
    allowed = limit.phases if limit is not None else connector.phases
    return max(1, min(connector.phases, vehicle.ac_phases, allowed))


def wanted_power_w(connector: ConnectorSpec, vehicle: VehicleSpec, soc_percent: float) -> float:
    """Power that the vehicle would take from this connector without any limit."""
    if soc_percent >= min(vehicle.target_soc_percent, 100.0):
        return 0.0
    share = acceptance(soc_percent)
    if connector.current == "DC":
        return min(connector.max_power_w, vehicle.dc_max_power_w * share)
    current_a = min(connector.max_current_a, vehicle.ac_max_current_a)
    return current_a * used_phases(connector, vehicle, None) * NOMINAL_VOLTAGE_V * share


def offered_power_w(connector: ConnectorSpec, vehicle: VehicleSpec, limit: Limit | None) -> float:
    """Power that the connector offers to the vehicle under a limit; 0 below the minimum.

    AC connectors offer a current per phase of at least 6 A (IEC 61851-1) or nothing.
    """
    if connector.current == "DC":
        offered = connector.max_power_w if limit is None else limit.power_w
        return min(offered, connector.max_power_w) if offered >= MINIMUM_DC_POWER_W else 0.0
    current_a = connector.max_current_a if limit is None else limit.current_a
    if current_a < MINIMUM_AC_CURRENT_A - 1e-9:
        return 0.0
    phases = used_phases(connector, vehicle, limit)
    return min(current_a, connector.max_current_a) * phases * NOMINAL_VOLTAGE_V


def advance(
    charge: Charge,
    *,
    connector: ConnectorSpec,
    vehicle: VehicleSpec,
    target_w: float,
    cap_w: float,
    dt_s: float,
    ramp_w_per_s: float,
    speed: float = 1.0,
) -> Charge:
    """Move the state on by `dt_s` seconds towards `target_w`, never above `cap_w`.

    Power changes by at most `ramp_w_per_s` except where the cap demands more. Energy and
    temperature run `speed` times as fast as power. The register never decreases and the state
    of charge stops at the vehicle's target.
    """
    step = ramp_w_per_s * dt_s
    power = charge.power_w + min(max(target_w - charge.power_w, -step), step)
    power = max(0.0, min(power, cap_w))
    mean_w = min((charge.power_w + power) / 2, max(charge.power_w, power))
    efficiency = EFFICIENCY[connector.current]
    room_wh = _room_wh(charge.soc_percent, vehicle) / efficiency
    energy_wh = min(mean_w * dt_s * speed / 3600.0, room_wh)
    gained = energy_wh * efficiency / vehicle.battery_wh * 100.0
    return replace(
        charge,
        power_w=power,
        register_wh=charge.register_wh + energy_wh,
        soc_percent=min(100.0, charge.soc_percent + gained),
        temperature_c=_warm(charge.temperature_c, power / connector.rated_power_w, dt_s * speed),
    )


def rest(charge: Charge, *, dt_s: float, speed: float = 1.0) -> Charge:
    """Move the state on without a vehicle drawing power: it only cools down."""
    return replace(charge, power_w=0.0, temperature_c=_warm(charge.temperature_c, 0, dt_s * speed))


def _room_wh(soc_percent: float, vehicle: VehicleSpec) -> float:
    ceiling = min(vehicle.target_soc_percent, 100.0)
    return max(0.0, ceiling - soc_percent) / 100.0 * vehicle.battery_wh


def _warm(temperature_c: float, load: float, dt_s: float) -> float:
    goal = AMBIENT_C + WARMING_C * load
    return goal + (temperature_c - goal) * math.exp(-dt_s / WARMING_TIME_S)
