"""evkit's planner in the garage: the same decisions as in the product, without database and sockets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.garage.world import HARDWARE_A, LEAST_A, VOLTAGE_V, Outcome, Vehicle
from charging.smart.connector import Connector, Limits, useful
from charging.smart.network import Load, Node, build_network
from charging.smart.planner import Plan, Settings, Why, plan
from charging.smart.resting import Rest, rest_of
from charging.smart.rules import Rule

STEP_S = 30
LIMITS = Limits(HARDWARE_A, LEAST_A, 1.0)


@dataclass(slots=True)
class _Bay:
    """A connector with its vehicle; currents in A."""

    index: int
    vehicle: Vehicle
    began_s: int
    got_wh: float = 0.0
    confirmed: float | None = None
    before: float | None = None
    changed_s: float = float("-inf")
    drawn: float = 0.0
    cap: float | None = None
    on_s: int | None = None
    off_s: int | None = None
    rest: Rest = field(default_factory=Rest)

    def take(self) -> float:
        """Let the vehicle charge for a step; return the current that it draws."""
        offered = LEAST_A if self.confirmed is None else self.confirmed
        left_a = (self.vehicle.energy_wh - self.got_wh) * 3600 / STEP_S / VOLTAGE_V
        self.drawn = min(self.vehicle.most_a, offered, max(left_a, 0.0)) if offered >= LEAST_A else 0.0
        self.got_wh += self.drawn * VOLTAGE_V * STEP_S / 3600
        return self.drawn


class Garage:
    """The product's planner, cycle by cycle.

    `informed`: departures and energy needs are known. `starts`: see `Settings.launch_reserve`.
    """

    def __init__(
        self, vehicles: Sequence[Vehicle], limit_w: float, rule: Rule, *, informed: bool, starts: int
    ) -> None:
        self.vehicles = vehicles
        self.limit_w = limit_w
        self.rule = rule
        self.informed = informed
        self.settings = Settings(launch_reserve=starts)
        self.stations = sorted({each.station for each in vehicles})
        loads = [Load(name, "site", (1,), voltage_v=VOLTAGE_V) for name in self.stations]
        self.network = build_network([Node("site", limit_w=limit_w)], loads)
        self.bays: dict[str, _Bay] = {}
        self.outcome = Outcome([0.0] * len(vehicles))

    def run(self) -> Outcome:
        """Let the day pass."""
        waiting = sorted(range(len(self.vehicles)), key=lambda index: self.vehicles[index].arrives_s)
        now = self.vehicles[waiting[0]].arrives_s
        while waiting or self.bays:
            for bay in [bay for bay in self.bays.values() if bay.vehicle.departs_s < now + STEP_S]:
                self.outcome.delivered_wh[bay.index] = bay.got_wh
                del self.bays[bay.vehicle.station]
            while waiting and self.vehicles[waiting[0]].arrives_s <= now:
                index = waiting.pop(0)
                vehicle = self.vehicles[index]
                self.bays[vehicle.station] = _Bay(index, vehicle, now)
            self._cycle(now)
            drawn_w = sum(bay.take() for bay in self.bays.values()) * VOLTAGE_V
            self.outcome.over_s += STEP_S * (drawn_w > self.limit_w + 1)
            now += STEP_S
        return self.outcome

    def _cycle(self, now: int) -> None:
        connectors = [
            self._connector(name, load, now)
            for name, load in zip(self.stations, self.network.loads, strict=True)
        ]
        found = plan(self.network, connectors, np.zeros(1), [self.settings])
        self._note_turns(found, now)
        for order in found.orders:
            bay = self.bays[self.stations[order.index]]
            if order.setting != bay.confirmed:
                bay.before = LEAST_A if bay.confirmed is None else bay.confirmed
                bay.confirmed, bay.changed_s = order.setting, now
                self.outcome.changes += 1

    def _note_turns(self, found: Plan, now: int) -> None:
        for name, why in zip(self.stations, found.why, strict=True):
            if bay := self.bays.get(name):
                on, off = why in {Why.SHARE, Why.CAP}, why is Why.NO_ROOM
                bay.on_s = (bay.on_s if bay.on_s is not None else now) if on else None
                bay.off_s = (bay.off_s if bay.off_s is not None else now) if off else None

    def _connector(self, name: str, load: Load, now: int) -> Connector:
        bay = self.bays.get(name)
        if bay is None:
            return Connector(load, HARDWARE_A, LEAST_A, 1.0, charging=False, default=LEAST_A, measured=0.0)
        ago_s = now - bay.changed_s
        bay.cap = useful(LIMITS, offered=bay.confirmed, taken=bay.drawn, cap=bay.cap, changed_ago_s=ago_s)
        if bay.rest.left_s is not None:
            bay.rest = replace(bay.rest, left_s=bay.rest.left_s - STEP_S)
        bay.rest = rest_of(
            bay.rest, offered=bay.confirmed, taken=bay.drawn, minimum=LEAST_A, changed_ago_s=ago_s
        )
        vehicle = bay.vehicle
        return Connector(
            load, HARDWARE_A, LEAST_A, 1.0, charging=True, default=LEAST_A, measured=bay.drawn,
            confirmed=bay.confirmed, confirmed_ago_s=ago_s, before=bay.before,
            cap=bay.cap, rests=bay.rest.left_s is not None, rule=self.rule,
            started=float(bay.began_s), served_wh=bay.got_wh, changed_ago_s=ago_s,
            on_for_s=None if bay.on_s is None else float(now - bay.on_s),
            off_for_s=None if bay.off_s is None else float(now - bay.off_s),
            energy_wh=vehicle.energy_wh - bay.got_wh if self.informed else float("nan"),
            remaining_s=float(vehicle.departs_s - now) if self.informed else float("nan"),
        )  # fmt: skip
