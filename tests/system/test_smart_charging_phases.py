"""Connectors of one phase on a supply of 3 x 32 A: those that hang on phases of their own get nearly all of
it, one of unknown phase shares with each of them, and no phase ever carries more, wherever that one hangs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chargers.simulator.spec import ConnectorSpec
from tests.conftest import run_server
from tests.support.garage import BRISK, Garage
from tests.support.server import Server

pytestmark = pytest.mark.timeout(240)

LIMIT_A = 32.0
RESERVE_A = 6.0
"""Kept free on every phase while the connector of unknown phase is idle."""

VOLTAGE_V = 230.0
KNOWN = {"L_1": "RST", "L_2": "STR", "L_3": "TRS"}
UNKNOWN = "L_X"
ONE_PHASE = replace(BRISK, connectors=(ConnectorSpec(1, "AC", max_current_a=32.0, phases=1),))

DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 32, unit: A}
    smart_charging: {enabled: true, distribution: equal, launch_reserve: 1, dead_band: {value: 1, unit: A}}
    unknown_tags: accept
charge_points:
""" + "".join(
    f"  - identity: {name}\n    site: depot\n    connectors:\n"
    f"      - {{number: 1, current: AC, max_current_a: 32, phases: 1, phase_rotation: '{rotation}'}}\n"
    for name, rotation in {**KNOWN, UNKNOWN: ""}.items()
)


class Phases(Garage):
    """`most_a` is the most that a phase of the supply carried, with the unknown connector on any of them."""

    most_a = 0.0

    def draws_a(self, name: str) -> float:
        """Return the current that a charge point draws from its phase."""
        return self.draws(name) / VOLTAGE_V

    def look(self) -> None:
        """Take note of what the fullest phase carries now."""
        self.most_a = max(self.most_a, max(map(self.draws_a, KNOWN)) + self.draws_a(UNKNOWN))


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    depot = tmp_path / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), depot)


@pytest.fixture
async def garage(evkit: Server) -> AsyncIterator[Phases]:
    specs = [replace(ONE_PHASE, identity=name) for name in (*KNOWN, UNKNOWN)]
    async with Phases.of(specs, evkit) as garage:
        yield garage


async def test_known_phases_are_used_and_an_unknown_one_exceeds_none(garage: Phases) -> None:
    for name in KNOWN:
        await garage.begin(name)
    nearly = LIMIT_A - RESERVE_A - 3
    assert await garage.reach(lambda: all(garage.draws_a(name) >= nearly for name in KNOWN)), "each its phase"
    await garage.begin(UNKNOWN)
    assert await garage.reach(lambda: garage.draws_a(UNKNOWN) >= 13), "half of each phase"
    assert all(garage.draws_a(name) >= 13 for name in KNOWN)
    assert nearly <= garage.most_a <= LIMIT_A + 1e-6
