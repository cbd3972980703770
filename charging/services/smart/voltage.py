"""Between what voltages a site's connectors turn current into power, as their meters tell."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chargers.types import Current
from charging.services.smart.facts import EvseFacts

RECENT: Final = timedelta(minutes=10)
PLAUSIBLE: Final = 0.15
"""What is further from the nominal voltage is none of a phase to neutral: between phases, or of a battery."""

STEPS: Final = 100
"""Whole percents of the nominal voltage, so that limits do not follow every sample."""


@dataclass(frozen=True, slots=True)
class Voltages:
    """Phase to neutral in V: `lowest` at most and `highest` at least the nominal voltage."""

    lowest: float
    highest: float


def voltages_of(evses: Iterable[EvseFacts], nominal_v: float, now: datetime) -> Voltages:
    """Return the voltages of a site by what its AC connectors measured of late.

    More voltage than nominal makes more power of a current, less makes more current of a power.
    """
    parts = [
        each.state.voltage_v / nominal_v
        for each in evses
        if each.current == Current.AC
        and each.state is not None
        and each.state.voltage_v is not None
        and each.state.measured_received_at is not None
        and now - each.state.measured_received_at <= RECENT
    ]
    parts = [1.0, *(part for part in parts if abs(part - 1) <= PLAUSIBLE)]
    lowest = math.floor(min(parts) * STEPS + 1e-6) / STEPS
    highest = math.ceil(max(parts) * STEPS - 1e-6) / STEPS
    return Voltages(lowest * nominal_v, highest * nominal_v)
