"""How much of the possible energy vehicles get: evkit, the offline optimum and acnportal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.garage.ideal import equal, first_come, ideal
from bench.garage.optimum import limit_for, optimum_wh
from bench.garage.others import acnportal_outcomes
from bench.garage.own import Garage
from bench.garage.world import LEAST_A, VOLTAGE_V, Measured, Outcome, Vehicle, measure, vehicles_of
from bench.report import Figure
from charging.smart.rules import Rule
from tests.charging.replay.sessions import DAYS

PARTS: Final = (0.99, 0.90, 0.75)
"""Of what the vehicles need, the optimum delivers this below the limits that are tried."""

ROUND_ROBIN: Final = "round robin"
MOST_CHANGES: Final = 8.0


@dataclass(frozen=True, slots=True)
class Way:
    """How evkit shares: `informed` of departures and needs or not, and with which launch reserve.

    `goal`: the part of the optimum's energy that it is to deliver (specification).
    """

    name: str
    rule: Rule
    informed: bool
    starts: int
    goal: float


WAYS: Final = (
    Way("evkit, equal", Rule.EQUAL, informed=False, starts=0, goal=0.93),
    Way("evkit, equal, 1 start reserved", Rule.EQUAL, informed=False, starts=1, goal=0.93),
    Way("evkit, deadline", Rule.DEADLINE, informed=True, starts=0, goal=0.95),
    Way("evkit, deadline, 1 start reserved", Rule.DEADLINE, informed=True, starts=1, goal=0.95),
)

Days = Sequence[tuple[Sequence[Vehicle], float]]


def sharing() -> list[Figure]:
    """Let the same real days pass under every contestant."""
    figures: list[Figure] = []
    for part in PARTS:
        days = [(vehicles, limit_for(vehicles, part)) for vehicles in map(vehicles_of, DAYS)]
        theirs = {name: _measured(days, found) for name, found in acnportal_outcomes(days).items()}
        for name, measured in theirs.items():
            figures.append(_energy(f"acnportal, {name}", part, measured, None))
        figures += _bounds(part, days)
        figures += [figure for way in WAYS for figure in _own(way, part, days, theirs)]
    return figures


def _bounds(part: float, days: Days) -> Iterator[Figure]:
    """Yield what nobody could exceed who reserves a start, and what ideal rules without knowledge deliver."""
    needed = sum(each.energy_wh for vehicles, _limit in days for each in vehicles)
    best = sum(optimum_wh(vehicles, limit_w - LEAST_A * VOLTAGE_V) for vehicles, limit_w in days)
    yield Figure(f"{part:.0%}: optimum, 1 start reserved: of optimum", best / needed / part, "")
    for name, share in (("equal", equal), ("first come", first_come)):
        found = _measured(days, [ideal(vehicles, limit_w, share) for vehicles, limit_w in days])
        yield _energy(f"ideal, {name}", part, found, None)


def _own(way: Way, part: float, days: Days, theirs: Mapping[str, Measured]) -> Iterator[Figure]:
    outcomes = [
        Garage(vehicles, limit_w, way.rule, informed=way.informed, starts=way.starts).run()
        for vehicles, limit_w in days
    ]
    found = _measured(days, outcomes)
    yield _energy(way.name, part, found, way.goal)
    name, even = f"{part:.0%}: {way.name}", theirs[ROUND_ROBIN]
    yield Figure(f"{name}: worst 5 %", found.worst, "", at_least=even.worst)
    yield Figure(f"{name}: Jain", found.jain, "", at_least=even.jain)
    yield Figure(f"{name}: changes", found.changes_per_session, "", at_most=MOST_CHANGES)
    yield Figure(f"{name}: above the limit", found.over_s, "s", at_most=0.0)


def _measured(days: Days, outcomes: Sequence[Outcome]) -> Measured:
    return measure([(vehicles, found) for (vehicles, _limit), found in zip(days, outcomes, strict=True)])


def _energy(name: str, part: float, found: Measured, goal: float | None) -> Figure:
    note = (
        f"{found.energy:.3f} of need; full {found.fully_served:.0%}; worst {found.worst:.2f}; "
        f"Jain {found.jain:.3f}; {found.changes_per_session:.1f} changes; over {found.over_s:.0f} s"
    )
    return Figure(f"{part:.0%}: {name}: of optimum", found.energy / part, "", note, at_least=goal)
