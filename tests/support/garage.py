"""Simulated charge points of one connector that charge in a garage, and what they draw together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Self

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.fleet import Fleet
from chargers.simulator.spec import ChargePointSpec, ConnectorSpec, VehicleSpec
from tests.support.server import Server

HARDWARE_W = 50_000.0

BRISK = ChargePointSpec(
    "",
    (ConnectorSpec(1, "DC", max_power_w=HARDWARE_W),),
    meter_interval_s=1,
    obey_delay_s=1.0,
    ramp_w_per_s=200_000.0,
    tick_s=0.2,
)
"""One that tells its meter every second and obeys within a second; each test gives it an identity."""


def depot(limit_w: int, charge_points: dict[str, str]) -> str:
    """Return the configuration of a site that shares `limit_w`; after each identity what else is declared."""
    connectors = "connectors: [{number: 1, max_power_w: 50000, current: DC}]"
    points = [
        f"  - {{identity: {name}, site: depot, {more}{connectors}}}" for name, more in charge_points.items()
    ]
    return DEPOT.format(limit_w=limit_w, charge_points="\n".join(points))


DEPOT = """
sites:
  - code: depot
    name: {{fr: Dépôt, en: Depot}}
    timezone: Europe/Paris
    limit: {{value: {limit_w}, unit: W}}
    smart_charging:
      {{enabled: true, distribution: equal, launch_reserve: 2, dead_band: {{value: 500, unit: W}}}}
    unknown_tags: accept
charge_points:
{charge_points}
"""


class Garage:
    """The charge points, looked at twenty times a second; `most_w` is the most that they drew together."""

    def __init__(self, fleet: Fleet) -> None:
        self.points = fleet.charge_points
        self.most_w = 0.0
        self._watching = asyncio.create_task(self._watch())

    @classmethod
    @asynccontextmanager
    async def of(cls, specs: Sequence[ChargePointSpec], server: Server) -> AsyncIterator[Self]:
        """Connect the charge points and wait until each has booted and holds its first limit."""
        async with Fleet(specs, url=server.ocpp_url) as fleet:
            await fleet.booted()
            garage = cls(fleet)
            assert await garage.reach(lambda: all(map(_has_default, garage.points.values())))
            yield garage
            await garage.stop()

    def draws(self, name: str) -> float:
        """Return the power that a charge point draws, in W."""
        connector = self.points[name].connectors[1]
        return connector.charge.power_w if connector.vehicle is not None else 0.0

    @property
    def charges_w(self) -> float:
        """What all of them draw, in W."""
        return sum(self.draws(name) for name in self.points)

    def look(self) -> None:
        """Take note of what is drawn now."""
        self.most_w = max(self.most_w, self.charges_w)

    async def _watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.05)

    async def begin(self, name: str) -> None:
        """Plug a vehicle in, present its badge and wait until it charges."""
        point = self.points[name]
        await point.plug_in(1, VehicleSpec(f"bus-{name}", f"TAG{name}", battery_wh=350_000, soc_percent=20))
        await point.present_tag(1, f"TAG{name}")
        await point.started(1)

    async def reach(self, condition: Callable[[], bool], seconds: float = 90) -> bool:
        """Wait until a condition holds; tell whether it did in time."""
        for _moment in range(int(seconds * 10)):
            if condition():
                return True
            await asyncio.sleep(0.1)
        return False

    async def stop(self) -> None:
        """Look no more."""
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)


def _has_default(point: SimulatedChargePoint) -> bool:
    return any(profile.purpose == "TxDefaultProfile" for profile in point.profiles)
