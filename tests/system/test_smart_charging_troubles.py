"""Simulated charge points that do not obey, lose their connection and reboot: the meter before the site never
reads above the limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.commands.core import restart
from chargers.simulator.fleet import Fleet
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec
from tests.conftest import run_server
from tests.support.server import Server

pytestmark = pytest.mark.timeout(240)

LIMIT_W = 80_000.0
HARDWARE_W = 50_000.0
NAMES = ("T_1", "T_2", "T_3", "T_4")

DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 80000, unit: W}
    smart_charging: {enabled: true, distribution: equal, launch_reserve: 2, dead_band: {value: 500, unit: W}}
    unknown_tags: accept
charge_points:
""" + "".join(
    f"  - {{identity: {name}, site: depot, connectors: [{{number: 1, max_power_w: 50000, current: DC}}]}}\n"
    for name in NAMES
)


def spec(name: str, *misbehaviours: str) -> ChargePointSpec:
    return ChargePointSpec(
        name,
        (ConnectorSpec(1, "DC", max_power_w=HARDWARE_W),),
        misbehaviours=misbehaviours,
        meter_interval_s=1,
        obey_delay_s=1.0,
        ramp_w_per_s=200_000.0,
        tick_s=0.2,
        reboot_s=1.0,
        reconnect_s=0.5,
    )


class Garage:
    """The charge points and the meter before them."""

    def __init__(self, fleet: Fleet) -> None:
        self.points = fleet.charge_points
        self.most_w = 0.0
        self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            self.most_w = max(self.most_w, sum(self.draws(name) for name in self.points))
            await asyncio.sleep(0.05)

    def draws(self, name: str) -> float:
        connector = self.points[name].connectors[1]
        return connector.charge.power_w if connector.vehicle is not None else 0.0

    async def begin(self, name: str) -> SimulatedChargePoint:
        point = self.points[name]
        await point.plug_in(1, VehicleSpec(f"bus-{name}", f"TAG{name}", battery_wh=350_000, soc_percent=20))
        await point.present_tag(1, f"TAG{name}")
        await point.started(1)
        return point

    async def reach(self, condition: Callable[[], bool], seconds: float = 60) -> bool:
        for _moment in range(int(seconds * 10)):
            if condition():
                return True
            await asyncio.sleep(0.1)
        return False

    async def stop(self) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    depot = tmp_path / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), depot)


@pytest.fixture
async def garage(evkit: Server) -> AsyncIterator[Garage]:
    specs = [spec(NAMES[0], "ignores_limits"), *(spec(name) for name in NAMES[1:])]
    async with Fleet(specs, url=evkit.ocpp_url) as fleet:
        for point in fleet.charge_points.values():
            await point.booted()
        garage = Garage(fleet)
        assert await garage.reach(lambda: all(_has_default(point) for point in garage.points.values()))
        yield garage
        await garage.stop()


def _has_default(point: SimulatedChargePoint) -> bool:
    return any(profile.purpose == "TxDefaultProfile" for profile in point.profiles)


async def test_who_does_not_obey_is_made_room_for(garage: Garage) -> None:
    await garage.begin("T_1")
    assert await garage.reach(lambda: garage.draws("T_1") > 45_000), "it takes all that it can"
    await garage.begin("T_2")
    await garage.begin("T_3")
    assert await garage.reach(lambda: garage.draws("T_2") > 7_000 and garage.draws("T_3") > 7_000)
    await garage.reach(lambda: False, 8)
    assert garage.draws("T_1") > 45_000
    assert 70_000 < garage.most_w <= LIMIT_W


async def test_lost_connections_and_reboots_do_not_matter(garage: Garage) -> None:
    for name in NAMES[1:]:
        await garage.begin(name)
    assert await garage.reach(lambda: all(garage.draws(name) > 20_000 for name in NAMES[1:])), "they share"
    garage.points["T_2"].drop(offline_s=4)
    await garage.reach(lambda: False, 2)
    restart(garage.points["T_3"])
    await garage.reach(lambda: False, 8)
    await garage.points["T_4"].unplug(1)
    assert await garage.reach(lambda: garage.draws("T_2") > 30_000), "what is left is given to the others"
    assert 60_000 < garage.most_w <= LIMIT_W
