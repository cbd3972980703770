"""A charge point is the meter of its site: the others charge with what the building leaves, and what the grid
sees, building and charge points together, stays within the limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chargers.simulator.fleet import Fleet
from tests.conftest import run_server
from tests.support.garage import BRISK, Garage, depot
from tests.support.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LIMIT_W = 100_000
RESERVE_W = 10_000.0
"""Kept free for starts: 5 kW for each of two connectors that nobody charges at."""

ALIGNED = (
    ("ClockAlignedDataInterval", "1"),
    ("MeterValuesAlignedData", "Power.Active.Import,Current.Import"),
)
METER = replace(BRISK, identity="METER", base_load_w=(30_000.0,), configuration=ALIGNED)
OTHERS = ("G_1", "G_2", "G_3")


class Grid(Garage):
    """What the grid sees of the site: building and charge points.

    `most_w` is the most since `look_again`, `crossings` how often it rose above the limit since then.
    """

    def __init__(self, fleet: Fleet) -> None:
        super().__init__(fleet)
        self.meter = self.points["METER"].station.main_meter
        self.look_again()

    def look_again(self) -> None:
        self.most_w, self.crossings, self._above = 0.0, 0, False

    def look(self) -> None:
        power_w = self.meter.power_w + self.charges_w
        self.most_w = max(self.most_w, power_w)
        self.crossings += power_w > LIMIT_W and not self._above
        self._above = power_w > LIMIT_W

    async def settled(self) -> bool:
        """Wait until the charges draw what building and reserve leave, within 5 kW, and no more."""
        left_w = LIMIT_W - self.meter.power_w - RESERVE_W
        return await self.reach(lambda: left_w - 5_000 <= self.charges_w <= left_w)


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    path = tmp_path / "depot.yaml"
    declared = {"METER": "site_meter: base, "} | dict.fromkeys(OTHERS, "")
    path.write_text(depot(LIMIT_W, declared), encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), path)


@pytest.fixture
async def grid(evkit: Server) -> AsyncIterator[Grid]:
    """Two charges share what the building leaves; two connectors are idle."""
    async with Grid.of([METER, *(replace(BRISK, identity=name) for name in OTHERS)], evkit) as grid:
        await grid.begin("G_1")
        await grid.begin("G_2")
        assert await grid.settled(), "30 kW of building leave 60 kW"
        yield grid


async def test_what_rises_within_the_reserve_never_exceeds_the_limit(grid: Grid) -> None:
    """A base load that rises by no more than the launch reserve at a time, and falls as it likes."""
    grid.meter.draw(10_000)
    assert await grid.settled(), "what the building lets go of goes to the charges"
    for base_w in (19_000, 28_000, 37_000, 46_000):
        grid.meter.draw(base_w)
        assert await grid.settled(), "they give way"
    await grid.begin("G_3")
    assert await grid.reach(lambda: grid.draws("G_3") > 10_000), "a third one takes part"
    grid.meter.draw(20_000)
    assert await grid.reach(lambda: grid.charges_w > 65_000), "and all get back what was taken"
    assert 85_000 < grid.most_w <= LIMIT_W


async def test_a_jump_exceeds_it_once_by_what_the_reserve_does_not_cover_and_is_made_room_for(
    grid: Grid,
) -> None:
    """Nobody can know of a jump before it is measured: the charges make room as soon as it is."""
    assert grid.most_w <= LIMIT_W
    grid.look_again()
    grid.meter.draw(27_000, 18_000, 15_000)
    assert await grid.settled(), "60 kW of building leave 30 kW"
    assert LIMIT_W < grid.most_w <= LIMIT_W + 30_000 - RESERVE_W, "what it rose by, less the reserve"
    await grid.reach(lambda: False, 5)
    assert grid.crossings == 1, "below the limit again, it stays there"
    grid.look_again()
    grid.meter.draw(20_000)
    assert await grid.settled(), "they get it back"
    assert grid.most_w <= LIMIT_W
