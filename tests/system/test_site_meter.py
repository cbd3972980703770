"""A charge point is the meter of its site: the others charge with what the building leaves, and what the grid
sees, building and charge points together, stays within the limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.fleet import Fleet
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec
from tests.conftest import run_server
from tests.support.server import Server

pytestmark = pytest.mark.timeout(300)

LIMIT_W = 100_000.0
RESERVE_W = 10_000.0
"""Kept free for starts: 5 kW for each of two connectors that nobody charges at."""

DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 100000, unit: W}
    smart_charging: {enabled: true, distribution: equal, launch_reserve: 2, dead_band: {value: 500, unit: W}}
    unknown_tags: accept
charge_points:
  - identity: METER
    site: depot
    site_meter: base
    connectors: [{number: 1, max_power_w: 50000, current: DC}]
  - {identity: G_1, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
  - {identity: G_2, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
  - {identity: G_3, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
"""
ALIGNED = (
    ("ClockAlignedDataInterval", "1"),
    ("MeterValuesAlignedData", "Power.Active.Import,Current.Import"),
)


def spec(name: str) -> ChargePointSpec:
    is_meter = name == "METER"
    return ChargePointSpec(
        name,
        (ConnectorSpec(1, "DC", max_power_w=50_000.0),),
        meter_interval_s=1,
        obey_delay_s=1.0,
        ramp_w_per_s=200_000.0,
        tick_s=0.2,
        base_load_w=(30_000.0,) if is_meter else (),
        configuration=ALIGNED if is_meter else (),
    )


class Grid:
    """What the grid sees of the site: building and charge points, looked at twenty times a second.

    `most_w` is the most since `look_again`, `crossings` how often it rose above the limit since then.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.points = fleet.charge_points
        self.meter = self.points["METER"].station.main_meter
        self.look_again()
        self._watching = asyncio.create_task(self._watch())

    @property
    def power_w(self) -> float:
        return self.meter.power_w + sum(self.draws(name) for name in self.points)

    def draws(self, name: str) -> float:
        connector = self.points[name].connectors[1]
        return connector.charge.power_w if connector.vehicle is not None else 0.0

    @property
    def charges_w(self) -> float:
        return sum(self.draws(name) for name in self.points)

    def look_again(self) -> None:
        self.most_w, self.crossings, self._above = 0.0, 0, False

    async def _watch(self) -> None:
        while True:
            power_w = self.power_w
            self.most_w = max(self.most_w, power_w)
            self.crossings += power_w > LIMIT_W and not self._above
            self._above = power_w > LIMIT_W
            await asyncio.sleep(0.05)

    async def begin(self, name: str) -> None:
        point = self.points[name]
        await point.plug_in(1, VehicleSpec(f"bus-{name}", f"TAG{name}", battery_wh=350_000, soc_percent=20))
        await point.present_tag(1, f"TAG{name}")
        await point.started(1)

    async def reach(self, condition: Callable[[], bool], seconds: float = 90) -> bool:
        for _moment in range(int(seconds * 10)):
            if condition():
                return True
            await asyncio.sleep(0.1)
        return False

    async def settled(self) -> bool:
        """Wait until the charges draw what building and reserve leave, within 5 kW, and no more."""
        left_w = LIMIT_W - self.meter.power_w - RESERVE_W
        return await self.reach(lambda: left_w - 5_000 <= self.charges_w <= left_w)

    async def stop(self) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    depot = tmp_path / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), depot)


@pytest.fixture
async def grid(evkit: Server) -> AsyncIterator[Grid]:
    """Two charges share what the building leaves; two connectors are idle."""
    specs = [spec(name) for name in ("METER", "G_1", "G_2", "G_3")]
    async with Fleet(specs, url=evkit.ocpp_url) as fleet:
        await fleet.booted()
        grid = Grid(fleet)
        assert await grid.reach(lambda: all(map(_has_default, fleet.charge_points.values())))
        await grid.begin("G_1")
        await grid.begin("G_2")
        assert await grid.settled(), "30 kW of building leave 60 kW"
        yield grid
        await grid.stop()


def _has_default(point: SimulatedChargePoint) -> bool:
    return any(profile.purpose == "TxDefaultProfile" for profile in point.profiles)


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
