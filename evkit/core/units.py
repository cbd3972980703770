"""Conversions between units; the only module that converts.

Electrical quantities are in base units (W, Wh, A, V); a three-phase current is per phase.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_POWER_W = 100_000_000
MOST_CURRENT_A = 100_000
"""What is beyond these (W, A per phase) is a mistake, of its unit for example."""

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


@dataclass(frozen=True, slots=True)
class Scale:
    """How a unit relates to the base unit of its kind: base = value * factor + offset.

    Attributes:
        base: the base unit in OCPP's spelling ("Wh", "W", "A", "V", "Celsius", "Percent", "Hertz" ...).
        kind: what is measured ("energy", "power" ...); reactive and apparent count with active.
    """

    base: str
    kind: str
    factor: float = 1.0
    offset: float = 0.0

    def to_base(self, value: float) -> float:
        """Return `value` in the base unit."""
        return value * self.factor + self.offset


_MILLI = 0.001
_KINDS = {
    "energy": ("Wh", "varh", "VAh"),
    "power": ("W", "var", "VA"),
    "current": ("A",),
    "voltage": ("V",),
}
_EXACT = {
    prefix + base: Scale(base, kind, factor)
    for kind, bases in _KINDS.items()
    for base in bases
    for prefix, factor in (("", 1.0), ("k", KILO), ("M", MEGA), ("m", _MILLI))
}
_TOLERANT = {name.lower(): scale for name, scale in _EXACT.items() if name[0] not in "Mm"} | {
    "ma": Scale("A", "current", _MILLI),
    "mv": Scale("V", "voltage", _MILLI),
    "celsius": Scale("Celsius", "temperature"),
    "celcius": Scale("Celsius", "temperature"),
    "degc": Scale("Celsius", "temperature"),
    "°c": Scale("Celsius", "temperature"),
    "c": Scale("Celsius", "temperature"),
    "fahrenheit": Scale("Celsius", "temperature", 5 / 9, -160 / 9),
    "degf": Scale("Celsius", "temperature", 5 / 9, -160 / 9),
    "°f": Scale("Celsius", "temperature", 5 / 9, -160 / 9),
    "k": Scale("Celsius", "temperature", 1.0, -273.15),
    "kelvin": Scale("Celsius", "temperature", 1.0, -273.15),
    "percent": Scale("Percent", "share"),
    "%": Scale("Percent", "share"),
    "hz": Scale("Hertz", "frequency"),
    "hertz": Scale("Hertz", "frequency"),
    "rpm": Scale("RPM", "speed"),
}


def scale_of(unit: str) -> Scale | None:
    """Return the scale of a unit of measure however it is spelled, None if it is unknown.

    OCPP 1.6 §7.45 UnitOfMeasure, and what charge points write instead ("degC", "Celcius", "Hz", "mA").
    """
    return _EXACT.get(unit) or _TOLERANT.get(unit.strip().lower())
