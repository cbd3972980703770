"""A simulated charge point restarts while it charges: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.commands.core import restart
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec
from tests.support.server import Server
from tests.system.test_commands import Desk
from tests.system.test_third_party_client import eventually

pytestmark = pytest.mark.timeout(400)

TAG = "B4A63CDF2212"
PATIENCE_S = 60.0


class Bay:
    """The charge point, what the server tells of it, and whoever commands it."""

    def __init__(self, cp: SimulatedChargePoint, desk: Desk) -> None:
        self.cp, self.desk = cp, desk

    async def charges(self) -> int:
        """Plug a vehicle in, start, and wait until energy has been measured."""
        cp = self.cp
        await cp.booted()
        await cp.plug_in(1, VehicleSpec("bus-1", TAG, battery_wh=350_000, soc_percent=30))
        assert await cp.present_tag(1, TAG) == "Accepted"
        number = await cp.started(1)
        await self.measured_again()
        return number

    async def measured_again(self) -> None:
        """Wait for two more measurements of the running charge."""
        told = len(self.cp.sent.calls("MeterValues"))
        await self.cp.until(lambda: len(self.cp.sent.calls("MeterValues")) >= told + 2, PATIENCE_S)

    async def booted_again(self) -> None:
        """Wait until the charge point has registered after its restart."""
        await self.cp.until(lambda: len(self.cp.sent.calls("BootNotification")) >= 2, PATIENCE_S)
        await self.cp.until(lambda: self.cp.online and self.cp.boot.accepted, PATIENCE_S)

    async def transactions(self, accept: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Return the transactions, the oldest first, once they are as wanted."""
        found = await eventually(
            lambda: self.desk.server.get("transactions", self.desk.token)["items"][::-1], accept, PATIENCE_S
        )
        return list(found)


def run(server: Server, work: Callable[[Bay], Any]) -> None:
    """Do `work` with a charge point that measures every second."""

    async def with_charge_point() -> None:
        spec = ChargePointSpec(
            "CP_2",
            (ConnectorSpec(1, "DC", max_power_w=50_000),),
            meter_interval_s=1,
            reboot_s=0.5,
            reconnect_s=0.1,
            ramp_w_per_s=100_000,
            tick_s=0.2,
        )
        desk = await asyncio.to_thread(Desk, server)
        async with SimulatedChargePoint(spec, url=server.ocpp_url, history=2000) as cp:
            await work(Bay(cp, desk))

    asyncio.run(with_charge_point())


def lose_memory(cp: SimulatedChargePoint) -> None:
    """Cut the power of a charge point that remembers no transaction afterwards."""
    restart(cp)
    for connector in cp.connectors.values():
        connector.transaction = None
        connector.charge = replace(connector.charge, power_w=0.0)
        cp.profiles.end_transaction(connector.number)


@pytest.mark.parametrize(("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")])
def test_a_reset_ends_the_charge_once_with_its_energy(live_evkit: Server, kind: str, reason: str) -> None:
    """Soft: it tells of the stop before it goes down. Hard: only after it is back."""

    async def work(bay: Bay) -> None:
        number = await bay.charges()
        reset = await bay.desk.command("Reset", {"type": kind})
        await bay.desk.outcome(reset, state="accepted", effect="seen")
        [ended] = await bay.transactions(lambda rows: [row["open"] for row in rows] == [False])
        assert (ended["number"], ended["stop_reason"]) == (number, reason)
        assert ended["energy_wh"] > 0
        assert ended["flags"] == []

    run(live_evkit, work)


def test_a_charge_that_outlives_the_restart_stays_one_charge(server: Server) -> None:
    """A boot ends no transaction: the charge point remembers it, and goes on with its id."""

    async def work(bay: Bay) -> None:
        number = await bay.charges()
        restart(bay.cp)
        await bay.booted_again()
        await bay.measured_again()
        [running] = await bay.transactions(lambda rows: len(rows) == 1)
        assert (running["number"], running["open"]) == (number, True)
        await bay.cp.unplug(1)
        await bay.cp.stopped(1)
        [ended] = await bay.transactions(lambda rows: not rows[0]["open"])
        told = bay.cp.sent.calls("StopTransaction")[0]
        started = bay.cp.sent.calls("StartTransaction")[0]
        assert (ended["number"], ended["stop_reason"], ended["flags"]) == (number, "EVDisconnected", [])
        assert ended["energy_wh"] == told["meterStop"] - started["meterStart"] > 0

    run(server, work)


def test_one_that_was_forgotten_is_closed_when_the_next_begins(
    live_evkit: Server,
) -> None:
    async def work(bay: Bay) -> None:
        number = await bay.charges()
        lose_memory(bay.cp)
        await bay.booted_again()
        assert bay.cp.sent.calls("StopTransaction") == []
        [forgotten] = await bay.transactions(lambda rows: len(rows) == 1)
        assert forgotten["open"]
        assert await bay.cp.present_tag(1, TAG) == "Accepted"
        first, second = await bay.transactions(lambda rows: len(rows) == 2 and not rows[0]["open"])
        assert (first["number"], second["open"]) == (number, True)
        assert {"presumed_ended", "presumed_newer"} <= set(first["flags"])
        assert first["energy_wh"] > 0

    run(live_evkit, work)
