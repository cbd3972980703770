"""Vehicles that come to a connector, charge and leave again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.spec import VehicleSpec

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Habits:
    """How drivers behave, as ranges in real seconds; `trip_percent` is the charge a trip takes."""

    gap_s: Range = (180.0, 1_200.0)
    identify_s: Range = (2.0, 8.0)
    stay_s: Range = (480.0, 1_800.0)
    linger_s: Range = (20.0, 120.0)
    trip_percent: Range = (20.0, 45.0)


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay: badge after a while (None: never), at most `stay_s` of charging, then linger."""

    vehicle: VehicleSpec
    identify_after_s: float | None
    stay_s: float
    linger_s: float


class VehiclePool:
    """Vehicles that are on the road, in the order in which they come back."""

    def __init__(self, vehicles: Iterable[VehicleSpec]) -> None:
        self._vehicles = deque(vehicles)

    def take(self) -> VehicleSpec | None:
        """Return the next vehicle, None when all are here."""
        return self._vehicles.popleft() if self._vehicles else None

    def give_back(self, vehicle: VehicleSpec) -> None:
        """Let a vehicle leave."""
        self._vehicles.append(vehicle)


def plan_visit(vehicle: VehicleSpec, habits: Habits, random: Random) -> Visit:
    """Draw the times of a visit."""
    return Visit(
        vehicle,
        random.uniform(*habits.identify_s),
        random.uniform(*habits.stay_s),
        random.uniform(*habits.linger_s),
    )


async def make_visit(cp: SimulatedChargePoint, number: int, visit: Visit) -> VehicleSpec:
    """Live through a visit; return the vehicle with the charge that it leaves with."""
    connector = cp.connectors[number]
    await cp.plug_in(number, visit.vehicle)
    if visit.identify_after_s is None:
        await asyncio.sleep(visit.stay_s)
    else:
        await asyncio.sleep(visit.identify_after_s)
        if connector.transaction is None:
            await cp.present_tag(number, visit.vehicle.id_tag)
        await _charge(cp, number, visit)
    await asyncio.sleep(visit.linger_s)
    soc = connector.charge.soc_percent
    await cp.unplug(number)
    return replace(visit.vehicle, soc_percent=soc)


async def serve_connector(
    cp: SimulatedChargePoint, number: int, pool: VehiclePool, habits: Habits, random: Random
) -> None:
    """Let vehicles come to a connector for ever."""
    while True:
        await asyncio.sleep(random.uniform(*habits.gap_s))
        vehicle = pool.take() if cp.connectors[number].status == "Available" else None
        if vehicle is not None:
            vehicle = await make_visit(cp, number, plan_visit(vehicle, habits, random))
            pool.give_back(after_trip(vehicle, habits, random))


def after_trip(vehicle: VehicleSpec, habits: Habits, random: Random) -> VehicleSpec:
    """Return the vehicle as it will come back."""
    left = vehicle.soc_percent - random.uniform(*habits.trip_percent)
    return replace(vehicle, soc_percent=round(max(left, 8.0), 1))


async def _charge(cp: SimulatedChargePoint, number: int, visit: Visit) -> None:
    connector = cp.connectors[number]
    try:
        await cp.until(lambda: connector.transaction is None, visit.stay_s)
    except TimeoutError:
        await cp.present_tag(number, visit.vehicle.id_tag)
