"""Scenarios: what happens at the connectors of a fleet."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Final

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.demo_data import (
    DEMO_FAULTY,
    DEMO_FLAKY,
    DEMO_NOT_IDENTIFIED,
    DEMO_PARKED,
    DEMO_VEHICLES,
)
from chargers.simulator.fleet import Fleet
from chargers.simulator.spec import VehicleSpec
from chargers.simulator.visits import (
    Habits,
    VehiclePool,
    Visit,
    after_trip,
    make_visit,
    plan_visit,
    serve_connector,
)

DEMO_HABITS: Final = Habits()
EARLY_HABITS: Final = Habits(gap_s=(25.0, 400.0))
BUSY_HABITS: Final = Habits(
    gap_s=(0.5, 5.0), identify_s=(0.1, 2.0), stay_s=(300.0, 1_200.0), linger_s=(1.0, 10.0)
)
FIRST_FAULT_S: Final = 240.0
FAULT_S: Final = 900.0
FAULT_GAP_S: Final = 2_700.0
FIRST_OFFLINE_S: Final = 75.0
OFFLINE_S: Final = 150.0
OFFLINE_GAP_S: Final = 480.0
SOON_FINISHED: Final = {"bus-227": (20.0, 1_200.0)}
FORGOTTEN_BADGE_S: Final = 360.0


async def run_idle(fleet: Fleet) -> None:
    """Let every charge point stand there, for ever."""
    await fleet.booted()
    await asyncio.Event().wait()


async def run_busy(fleet: Fleet, *, seed: int = 0, id_tag: str | None = None) -> None:
    """Keep every connector charging, one vehicle after the other."""
    async with asyncio.TaskGroup() as group:
        for cp in fleet.charge_points.values():
            for number in cp.connectors:
                group.create_task(_busy_connector(cp, number, seed, id_tag))


async def run_demo(fleet: Fleet, *, seed: int = 0) -> None:
    """Live the day of the demo depot."""
    vehicles = {vehicle.code: vehicle for vehicle in DEMO_VEHICLES}
    parked = {(cp, number): vehicles.pop(code) for cp, number, code in DEMO_PARKED}
    pool = VehiclePool(vehicles.values())
    async with asyncio.TaskGroup() as group:
        for cp in fleet.charge_points.values():
            for number in cp.connectors:
                vehicle = parked.get((cp.spec.identity, number))
                random = Random(f"{seed}/{cp.spec.identity}/{number}")  # noqa: S311 - a scenario
                group.create_task(_demo_connector(cp, number, vehicle, pool, random))
        if DEMO_FAULTY in fleet.charge_points:
            group.create_task(_break_and_repair(fleet.charge_points[DEMO_FAULTY]))
        if DEMO_FLAKY in fleet.charge_points:
            group.create_task(_lose_connection(fleet.charge_points[DEMO_FLAKY]))


def busy_id_tag(identity: str, number: int) -> str:
    """Return the id tag of the vehicle at a connector in the scenario `busy` (at most 20 characters)."""
    return f"{identity}{number}"[-20:]


async def _busy_connector(cp: SimulatedChargePoint, number: int, seed: int, id_tag: str | None) -> None:
    random = Random(f"{seed}/{cp.spec.identity}/{number}")  # noqa: S311 - a scenario
    vehicle = VehicleSpec(
        code=f"{cp.spec.identity}/{number}",
        id_tag=id_tag or busy_id_tag(cp.spec.identity, number),
        soc_percent=random.uniform(10.0, 60.0),
    )
    await cp.until(lambda: cp.online, float("inf"))
    await serve_connector(cp, number, VehiclePool([vehicle]), BUSY_HABITS, random)


async def _demo_connector(
    cp: SimulatedChargePoint,
    number: int,
    parked: VehicleSpec | None,
    pool: VehiclePool,
    random: Random,
) -> None:
    await cp.until(lambda: cp.online, float("inf"))
    habits = DEMO_HABITS
    if parked is None:
        habits = EARLY_HABITS
    else:
        vehicle = await make_visit(cp, number, _first_visit(parked, random))
        pool.give_back(after_trip(vehicle, habits, random))
    await serve_connector(cp, number, pool, habits, random)


def _first_visit(vehicle: VehicleSpec, random: Random) -> Visit:
    if vehicle.code in DEMO_NOT_IDENTIFIED:
        return Visit(vehicle, FORGOTTEN_BADGE_S, random.uniform(*DEMO_HABITS.stay_s), 60.0)
    if vehicle.code in SOON_FINISHED:
        stay_s, linger_s = SOON_FINISHED[vehicle.code]
        return Visit(vehicle, 0.5, stay_s, linger_s)
    visit = plan_visit(vehicle, DEMO_HABITS, random)
    return Visit(vehicle, random.uniform(0.2, 3.0), visit.stay_s + 600.0, visit.linger_s)


async def _break_and_repair(cp: SimulatedChargePoint) -> None:
    await asyncio.sleep(FIRST_FAULT_S)
    while True:
        cp.fault(1, "GroundFailure")
        await asyncio.sleep(FAULT_S)
        cp.repair(1)
        await asyncio.sleep(FAULT_GAP_S)


async def _lose_connection(cp: SimulatedChargePoint) -> None:
    await asyncio.sleep(FIRST_OFFLINE_S)
    while True:
        cp.drop(OFFLINE_S)
        await asyncio.sleep(OFFLINE_S + OFFLINE_GAP_S)
