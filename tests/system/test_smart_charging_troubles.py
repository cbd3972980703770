"""Simulated charge points that do not obey, lose their connection and reboot: the meter before the site never
reads above the limit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from chargers.simulator.commands.core import restart
from chargers.simulator.spec import ChargePointSpec
from tests.conftest import run_server
from tests.support.garage import BRISK, Garage, depot
from tests.support.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

LIMIT_W = 80_000
NAMES = ("T_1", "T_2", "T_3", "T_4")


def spec(name: str, *misbehaviours: str) -> ChargePointSpec:
    return replace(BRISK, identity=name, misbehaviours=misbehaviours, reboot_s=1.0, reconnect_s=0.5)


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    path = tmp_path / "depot.yaml"
    path.write_text(depot(LIMIT_W, dict.fromkeys(NAMES, "")), encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), path)


@pytest.fixture
async def garage(evkit: Server) -> AsyncIterator[Garage]:
    specs = [spec(NAMES[0], "ignores_limits"), *(spec(name) for name in NAMES[1:])]
    async with Garage.of(specs, evkit) as garage:
        yield garage


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
