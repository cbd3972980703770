"""Conversions between units; the only module that converts.

Electrical quantities are in base units (W, Wh, A, V); a three-phase current is per phase.
"""

from __future__ import annotations

from enum import StrEnum

KILO = 1000.0
MEGA = 1_000_000.0


class LimitUnit(StrEnum):
    """The unit of a power or current limit (OCPP 1.6 §7.10 ChargingRateUnitType)."""

    WATT = "W"
    AMPERE = "A"


def amperes_to_watts(current_a: float, *, phases: int, voltage_v: float) -> float:
    """Return the active power in W of `current_a` per phase at `voltage_v` phase to neutral."""
    return current_a * voltage_v * phases


def watts_to_amperes(power_w: float, *, phases: int, voltage_v: float) -> float:
    """Return the current in A per phase that carries `power_w` at `voltage_v` phase to neutral."""
    return power_w / (voltage_v * phases)
