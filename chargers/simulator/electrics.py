"""Electrical readings of a connector: phase currents and voltages with repeatable noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from chargers.simulator.spec import NOMINAL_VOLTAGE_V, ConnectorSpec

VOLTAGE_NOISE_V = 2.5
UNBALANCE = 0.01
DC_EMPTY_V = 610.0
DC_FULL_V = 730.0
FREQUENCY_HZ = 50.0


@dataclass(frozen=True, slots=True)
class Readings:
    """Voltages in V and currents in A, one per phase (one of each for DC); frequency in Hz."""

    voltages_v: tuple[float, ...]
    currents_a: tuple[float, ...]
    frequency_hz: float


def wobble(seed: int, channel: int, at_s: float) -> float:
    """Slow repeatable noise between -1 and 1: the same seed, channel and time give the same."""
    phase = math.fmod(seed * 12.9898 + channel * 78.233, math.tau)
    slow = math.sin(at_s / 11.0 + phase)
    fast = math.sin(at_s / 2.3 + 3.1 * phase)
    return 0.65 * slow + 0.35 * fast


def unsteady_power_w(power_w: float, *, seed: int, at_s: float) -> float:
    """Power with up to 2 % of noise, never above `power_w`."""
    return power_w * (0.99 + 0.01 * wobble(seed, 9, at_s))


def read(
    connector: ConnectorSpec,
    *,
    power_w: float,
    phases: int,
    soc_percent: float,
    seed: int,
    at_s: float,
) -> Readings:
    """Return what the connector's meter shows; currents times voltages make up `power_w`."""
    frequency = FREQUENCY_HZ + 0.02 * wobble(seed, 8, at_s)
    if connector.current == "DC":
        voltage = DC_EMPTY_V + (DC_FULL_V - DC_EMPTY_V) * soc_percent / 100.0
        return Readings((voltage,), (power_w / voltage,), frequency)
    voltages = tuple(
        NOMINAL_VOLTAGE_V + VOLTAGE_NOISE_V * wobble(seed, phase, at_s) for phase in range(connector.phases)
    )
    shares = [1.0 + UNBALANCE * wobble(seed, 4 + phase, at_s) for phase in range(phases)]
    total = sum(shares)
    currents = tuple(
        power_w * shares[phase] / total / voltages[phase] if phase < phases else 0.0
        for phase in range(connector.phases)
    )
    return Readings(voltages, currents, frequency)
