"""What a connector can be set to, in its own unit: W for DC, A per phase for AC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chargers.models import Evse
from chargers.quirks.modes import Mode
from chargers.types import Current, PhaseRotation
from charging.services.smart.facts import EvseFacts
from charging.smart.network import PHASES, Load
from evkit.core.units import LimitUnit, amperes_to_watts, watts_to_amperes

LEAST_A: Final = 6.0
"""The least current per phase that an AC vehicle charges with (IEC 61851-1)."""

LEAST_DC_W: Final = 1000.0
START_DC_W: Final = 5000.0
"""What a DC charge begins with, until it is told its own limit."""

USUAL_A: Final = 32.0
USUAL_DC_W: Final = 50_000.0
STEP_A: Final = 1.0
STEP_DC_W: Final = 500.0


@dataclass(frozen=True, slots=True)
class Range:
    """The settings of a connector: `minimum`, then `step` by `step` to `hardware`; `start` is its default."""

    hardware: float
    minimum: float
    step: float
    start: float
    in_watts: bool


def range_of(evse: Evse | EvseFacts, voltage_v: float, minimum_a: float | None = None) -> Range:
    """Return the settings of a connector as it is configured; `minimum_a`: of its mode."""
    if evse.current == Current.DC:
        most_w = evse.max_power_w or evse.charge_point.max_power_w or USUAL_DC_W
        return Range(most_w, min(LEAST_DC_W, most_w), STEP_DC_W, min(START_DC_W, most_w), in_watts=True)
    most_a = evse.max_current_a
    if most_a is None and evse.max_power_w:
        most_a = watts_to_amperes(evse.max_power_w, phases=evse.phases, voltage_v=voltage_v)
    most_a = most_a or USUAL_A
    least_a = min(minimum_a or LEAST_A, most_a)
    return Range(most_a, least_a, STEP_A, least_a, in_watts=False)


def load_of(evse: Evse | EvseFacts, voltage_v: float) -> Load:
    """Return where a connector hangs; where it is not known on which phases, it counts on all three."""
    direct = evse.current == Current.DC
    conductors = len(PHASES) if direct else evse.phases
    known = PhaseRotation(evse.phase_rotation).supply[:conductors] if evse.phase_rotation else PHASES
    return Load(
        key=str(evse.id),
        node=f"point-{evse.charge_point_id}",
        phases=PHASES if direct else known,
        direct=direct,
        voltage_v=voltage_v,
        conductors=conductors,
    )


def unit_of(evse: Evse | EvseFacts, mode: Mode) -> LimitUnit:
    """Return the unit that the charge point takes, the connector's own if it takes both."""
    if mode.unit is not None:
        return LimitUnit(mode.unit)
    return LimitUnit.WATT if evse.current == Current.DC else LimitUnit.AMPERE


def other_unit(unit: LimitUnit) -> LimitUnit:
    """Return the unit that is not `unit`."""
    return LimitUnit.WATT if unit == LimitUnit.AMPERE else LimitUnit.AMPERE


def limit_of(evse: Evse | EvseFacts, setting: float, unit: LimitUnit, voltage_v: float) -> float:
    """Return a setting in the unit of the charge point, rounded down to 0.1 (OCPP 1.6 §7.14)."""
    direct = evse.current == Current.DC
    phases = 3 if direct else evse.phases
    value = setting
    if direct and unit == LimitUnit.AMPERE:
        value = watts_to_amperes(setting, phases=phases, voltage_v=voltage_v)
    elif not direct and unit == LimitUnit.WATT:
        value = amperes_to_watts(setting, phases=phases, voltage_v=voltage_v)
    return int(value * 10 + 1e-6) / 10
