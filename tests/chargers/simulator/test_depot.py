from __future__ import annotations

import asyncio
from contextlib import suppress

from chargers.simulator import depot
from chargers.simulator.depot import run_busy, run_idle
from chargers.simulator.fleet import Fleet, uniform_specs


async def stop(task):
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


class TestRunBusy:
    async def test_every_connector_charges_with_its_own_tag(self, csms):
        async with Fleet(uniform_specs(2, connectors=2), url=csms.url) as fleet:
            task = asyncio.create_task(run_busy(fleet, seed=1))
            await csms.until(lambda: len(csms.of("StartTransaction")) == 4, 20.0)
            assert fleet.charging == 4
            await stop(task)
        tags = {row["idTag"] for row in csms.of("StartTransaction")}
        assert tags == {"SIM_000011", "SIM_000012", "SIM_000021", "SIM_000022"}

    async def test_one_tag_can_serve_all(self, csms):
        async with Fleet(uniform_specs(1, connectors=2), url=csms.url) as fleet:
            task = asyncio.create_task(run_busy(fleet, id_tag="SHARED"))
            await csms.until(lambda: len(csms.of("StartTransaction")) == 2, 20.0)
            await stop(task)
        assert {row["idTag"] for row in csms.of("StartTransaction")} == {"SHARED"}


class TestRunIdle:
    async def test_nothing_happens(self, csms):
        async with Fleet(uniform_specs(1), url=csms.url) as fleet:
            task = asyncio.create_task(run_idle(fleet))
            await csms.until(lambda: len(csms.of("StatusNotification")) == 3)
            await asyncio.sleep(0.2)
            await stop(task)
        assert set(csms.actions()) == {"BootNotification", "StatusNotification"}


class TestDemoEvents:
    async def test_one_breaks_and_is_repaired_and_one_goes_offline(self, csms, connect, monkeypatch):
        for name in ("FIRST_FAULT_S", "FAULT_S", "FIRST_OFFLINE_S", "OFFLINE_S", "OFFLINE_GAP_S"):
            monkeypatch.setattr(depot, name, 0.3)
        cp = await connect()
        cp.spawn(depot._break_and_repair(cp))
        await csms.until(lambda: csms.statuses_of(1) == ["Available", "Faulted", "Available"])
        cp.spawn(depot._lose_connection(cp))
        await csms.until(lambda: len(csms.links) == 3)
