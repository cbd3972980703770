"""The vehicles, the garage, and what is measured of a day; times in s since midnight, energies in Wh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tests.charging.replay.sessions import sessions_of

VOLTAGE_V: Final = 230.0
HARDWARE_A: Final = 32.0
LEAST_A: Final = 6.0
SERVED: Final = 0.99
"""A session that got this part of its energy counts as fully served."""

SHORTEST_S: Final = 120


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A session: `most_a` is what the vehicle can take, `energy_wh` what it needs and could get."""

    station: str
    arrives_s: int
    departs_s: int
    energy_wh: float
    most_a: float

    @property
    def most_w(self) -> float:
        """The most that it can take."""
        return self.most_a * VOLTAGE_V


@dataclass(slots=True)
class Outcome:
    """What came of a day.

    Attributes:
        delivered_wh: of every session, in the order of the vehicles.
        changes: how often a setting was changed during a session, all sessions together.
        over_s: how long more was drawn than the garage may.
    """

    delivered_wh: list[float] = field(default_factory=list)
    changes: int = 0
    over_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Outcomes of several days together, as parts of what the vehicles needed."""

    energy: float
    fully_served: float
    worst: float
    jain: float
    changes_per_session: float
    over_s: float


def vehicles_of(day: str) -> list[Vehicle]:
    """Return the sessions of a day; every vehicle can take all that a connector gives."""
    found = []
    for session in sessions_of(day):
        stays_s = session.departs_s - session.arrives_s
        if stays_s >= SHORTEST_S:
            energy_wh = min(session.energy_wh, HARDWARE_A * VOLTAGE_V * stays_s / 3600)
            found.append(
                Vehicle(session.station, session.arrives_s, session.departs_s, energy_wh, HARDWARE_A)
            )
    return found


def measure(days: Sequence[tuple[Sequence[Vehicle], Outcome]]) -> Measured:
    """Return the figures of several days of one contestant."""
    needed = np.array([each.energy_wh for vehicles, _outcome in days for each in vehicles])
    got = np.array([each for _vehicles, outcome in days for each in outcome.delivered_wh])
    part = np.minimum(got / needed, 1.0)
    return Measured(
        energy=float(got.sum() / needed.sum()),
        fully_served=float(np.mean(part >= SERVED)),
        worst=float(np.percentile(part, 5)),
        jain=float(part.sum() ** 2 / (len(part) * (part**2).sum())),
        changes_per_session=sum(outcome.changes for _vehicles, outcome in days) / len(part),
        over_s=sum(outcome.over_s for _vehicles, outcome in days),
    )
