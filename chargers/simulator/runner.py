"""Running a scenario against a central system, with a line of figures now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Final

from chargers.simulator.demo_data import DEMO_CHARGE_POINTS
from chargers.simulator.depot import run_busy, run_demo, run_idle
from chargers.simulator.fleet import Fleet, uniform_specs
from chargers.simulator.spec import ChargePointSpec

SCENARIOS: Final = ("demo", "busy", "idle")


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What to simulate against which endpoint; `duration_s` None means until cancelled.

    The demo scenario has its own twelve charge points, of which `count` takes the first ones. In the other
    ones the first charge point tells the values of `base_load_w` as its main meter, each for `base_load_s`.
    """

    url: str
    scenario: str = "demo"
    count: int = 12
    prefix: str = "SIM_"
    connectors: int = 2
    interval_s: float = 10.0
    password: str | None = None
    misbehaviours: tuple[str, ...] = ()
    id_tag: str | None = None
    duration_s: float | None = None
    seed: int = 0
    speed: float = 1.0
    report_s: float = 10.0
    base_load_w: tuple[float, ...] = ()
    base_load_s: float = 300.0

    def specs(self) -> list[ChargePointSpec]:
        """Describe the charge points of the scenario."""
        if self.scenario == "demo":
            return list(DEMO_CHARGE_POINTS[: self.count])
        return uniform_specs(
            self.count,
            prefix=self.prefix,
            connectors=self.connectors,
            interval_s=self.interval_s,
            password=self.password,
            misbehaviours=self.misbehaviours,
            seed=self.seed,
            base_load_w=self.base_load_w[:1],
        )


async def simulate(options: SimulationOptions, write: Callable[[str], object]) -> None:
    """Run a scenario until its duration has passed or the task is cancelled.

    `write` gets one line of figures every `report_s` seconds and one at the end.
    """
    fleet = Fleet(options.specs(), url=options.url, speed=options.speed)
    try:
        async with fleet, asyncio.timeout(options.duration_s), asyncio.TaskGroup() as group:
            group.create_task(_scenario(options, fleet))
            group.create_task(_change_base_load(options, fleet))
            group.create_task(_report(fleet, options.report_s, write))
    except TimeoutError:
        pass
    finally:
        write(status_line(fleet, 0.0))


def status_line(fleet: Fleet, messages_per_s: float) -> str:
    """Describe what the fleet is doing in one line."""
    counters = fleet.counters
    line = (
        f"connected {counters.connected}/{len(fleet.charge_points)}, "
        f"charging {fleet.charging}, {fleet.power_w / 1000:.1f} kW, "
        f"{messages_per_s:.1f} messages/s, {counters.errors} errors"
    )
    return f"{line} (last: {counters.last_error})" if counters.last_error else line


def _scenario(options: SimulationOptions, fleet: Fleet) -> Coroutine[Any, Any, None]:
    if options.scenario == "demo":
        return run_demo(fleet, seed=options.seed)
    if options.scenario == "busy":
        return run_busy(fleet, seed=options.seed, id_tag=options.id_tag)
    return run_idle(fleet)


async def _change_base_load(options: SimulationOptions, fleet: Fleet) -> None:
    if options.scenario == "demo" or not fleet.charge_points:
        return
    first = next(iter(fleet.charge_points.values()))
    for load_w in cycle(options.base_load_w):
        first.station.main_meter.draw(load_w)
        await asyncio.sleep(options.base_load_s)


async def _report(fleet: Fleet, every_s: float, write: Callable[[str], object]) -> None:
    before = 0
    while True:
        await asyncio.sleep(every_s)
        total = fleet.counters.sent + fleet.counters.received
        write(status_line(fleet, (total - before) / every_s))
        before = total
