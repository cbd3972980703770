"""The planner against charge points that answer late, never, refuse, start and stop as they like."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from charging.smart.connector import LATENCY_S, Connector
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Plan, Settings, Why, plan
from charging.smart.rules import Rule

HARDWARE, MINIMUM = 32.0, 6.0


def site(count: int, limit_a: float) -> Network:
    """A site with a feeder over half of its AC connectors, every third one on a single phase."""
    nodes = [Node("site", limit_a=limit_a), Node("f", "site", limit_a=limit_a * 0.6)]
    phases = [(1, 2, 3), (1, 2, 3), (2,)]
    return build_network(nodes, [Load(f"c{n}", ("site", "f")[n % 2], phases[n % 3]) for n in range(count)])


@dataclass
class Vehicle:
    """A connector as it really is, and what the central system knows of it."""

    limit: float = MINIMUM  # what rules it
    charging: bool = False
    demand: float = HARDWARE
    deaf: bool = False  # answers are lost
    stubborn: bool = False  # refuses
    told: list[tuple[int, float, bool]] = field(default_factory=list)  # (arrives at, setting, answered)
    confirmed: float | None = None
    confirmed_at: int = 0
    before: float | None = None
    in_flight: list[float] = field(default_factory=list)
    changed_at: int = -10_000

    @property
    def draws(self) -> float:
        return min(self.limit, self.demand) if self.charging else 0.0

    def start(self) -> None:
        self.charging, self.limit = True, MINIMUM
        self.confirmed = self.before = None
        self.in_flight, self.told = [], []

    def stop(self) -> None:
        self.charging = False
        self.confirmed = self.before = None
        self.in_flight, self.told = [], []

    def known(self, load: Load, now: int) -> Connector:
        return Connector(
            load=load,
            hardware=HARDWARE,
            minimum=MINIMUM,
            step=1.0,
            charging=self.charging,
            confirmed=self.confirmed,
            confirmed_ago_s=now - self.confirmed_at,
            before=self.before,
            in_flight=tuple(self.in_flight),
            default=MINIMUM,
            measured=self.draws,
            changed_ago_s=now - self.changed_at,
        )


class Depot:
    """A site in which time passes second by second."""

    def __init__(self, seed: int, count: int = 8, limit_a: float = 63.0) -> None:
        self.random = random.Random(seed)
        self.network = site(count, limit_a)
        self.vehicles = [Vehicle(demand=self.random.uniform(4, 32)) for _ in range(count)]
        self.settings = [Settings(launch_reserve=1, dead_band_w=500)]
        self.now = 0
        self.orders = 0
        self.plan: Plan = self.decide()

    def decide(self) -> Plan:
        """Plan, and send what is ordered: it arrives 2 to 20 s later."""
        known = [v.known(load, self.now) for v, load in zip(self.vehicles, self.network.loads, strict=True)]
        self.plan = plan(self.network, known, np.zeros(len(self.network.limits)), self.settings)
        for order in self.plan.orders:
            vehicle = self.vehicles[order.index]
            vehicle.in_flight.append(order.setting)
            arrives = self.now + self.random.randint(2, 20)
            vehicle.told.append((arrives, order.setting, self.random.random() > 0.2 and not vehicle.deaf))
            vehicle.changed_at = self.now
            self.orders += 1
        return self.plan

    def pass_second(self) -> None:
        """Deliver what arrives: it is obeyed or refused, and the answer may be lost."""
        self.now += 1
        for vehicle in self.vehicles:
            for message in [m for m in vehicle.told if m[0] <= self.now]:
                vehicle.told.remove(message)
                _at, setting, answered = message
                if vehicle.stubborn:
                    vehicle.in_flight = [x for x in vehicle.in_flight if x != setting]
                    continue
                vehicle.limit = setting
                if answered:
                    vehicle.before = max(
                        [vehicle.confirmed if vehicle.confirmed is not None else MINIMUM, *vehicle.in_flight]
                    )
                    vehicle.confirmed, vehicle.confirmed_at = setting, self.now
                    vehicle.in_flight = [setting for _a, setting, _b in vehicle.told]

    def happen(self) -> None:
        """Let somebody arrive where the reserve is there, leave, want less or more."""
        vehicle = self.random.choice(self.vehicles)
        kind = self.random.random()
        holds = bool((self.plan.used <= self.network.capacity + 1e-6).all())
        if not vehicle.charging and holds and kind < 0.5:
            vehicle.start()
        elif vehicle.charging and kind < 0.1:
            vehicle.stop()
        elif vehicle.charging and kind < 0.3:
            vehicle.demand = self.random.uniform(2, 32)
        vehicle.stubborn = self.random.random() < 0.05
        vehicle.deaf = self.random.random() < 0.1

    @property
    def drawn(self) -> np.ndarray:
        """What is really used of every limit."""
        return self.network.usage(np.array([v.draws for v in self.vehicles]))


class TestInvariant:
    @pytest.mark.parametrize("seed", range(6))
    def test_no_limit_is_exceeded_whatever_charge_points_do(self, seed: int) -> None:
        depot = Depot(seed)
        worst = 0.0
        for _second in range(700):
            if depot.random.random() < 0.1:
                depot.happen()
            depot.decide()
            depot.pass_second()
            worst = max(worst, float((depot.drawn / depot.network.capacity).max()))
        assert worst <= 1 + 1e-9
        assert worst > 0.5

    @pytest.mark.parametrize("seed", range(6))
    def test_the_envelopes_and_the_reserve_never_exceed_a_limit_after_they_once_fitted(
        self, seed: int
    ) -> None:
        depot = Depot(seed)
        for _second in range(600):
            before = depot.plan
            fitted = bool((before.used <= depot.network.capacity + 1e-6).all())
            after = depot.decide()
            if fitted:
                assert (after.used <= depot.network.capacity + 1e-6).all()
            depot.pass_second()
            if depot.random.random() < 0.05 and (depot.plan.used <= depot.network.capacity).all():
                idle = [v for v in depot.vehicles if not v.charging]
                if idle:
                    depot.random.choice(idle).start()
                    depot.plan = depot.decide()


class TestOrders:
    def settled(self, settings: list[float], limit_a: float = 60.0) -> tuple[Network, list[Connector]]:
        network = site(len(settings), limit_a)
        return network, [
            Connector(
                load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=True,
                confirmed=value, confirmed_ago_s=100.0, default=MINIMUM, measured=value,
            )
            for load, value in zip(network.loads, settings, strict=True)
        ]  # fmt: skip

    def test_nothing_is_sent_when_nothing_changes(self) -> None:
        depot = Depot(3)
        for vehicle in depot.vehicles[:5]:
            vehicle.start()
        for _second in range(300):
            depot.decide()
            depot.pass_second()
        before = depot.orders
        for _second in range(100):
            depot.decide()
            depot.pass_second()
        assert depot.orders == before

    def test_a_raise_waits_until_somebody_else_was_lowered(self) -> None:
        network, connectors = self.settled([32.0, 6.0], limit_a=40.0)
        base = np.zeros(len(network.limits))
        first = plan(network, connectors, base, [Settings(launch_reserve=0)])
        assert [order.raises for order in first.orders] == [False]
        told = replace(connectors[0], confirmed=first.orders[0].setting, before=32.0,
               confirmed_ago_s=1.0, measured=32.0)  # fmt: skip
        assert plan(network, [told, connectors[1]], base, [Settings(launch_reserve=0)]).orders == ()
        obeyed = replace(told, measured=first.orders[0].setting)
        raised = plan(network, [obeyed, connectors[1]], base, [Settings(launch_reserve=0)])
        assert [(order.index, order.raises) for order in raised.orders] == [(1, True)]

    def test_who_disobeys_keeps_what_it_takes_and_the_others_give_way(self) -> None:
        network, connectors = self.settled([10.0, 20.0], limit_a=40.0)
        stubborn = replace(connectors[0], measured=30.0, confirmed_ago_s=LATENCY_S + 1)
        found = plan(network, [stubborn, connectors[1]], np.zeros(len(network.limits)), [Settings(0)])
        assert found.why[0] is Why.DISOBEYS
        assert found.envelope[0] == 30.0
        assert [(order.index, order.setting) for order in found.orders] == [(1, 10.0)]

    def test_higher_tiers_are_served_and_the_reason_says_who_is_not(self) -> None:
        network, connectors = self.settled([6.0, 6.0, 6.0], limit_a=13.0)
        ranked = [
            replace(each, tier=tier, rule=Rule.PRIORITY)
            for each, tier in zip(connectors, (2, 0, 1), strict=True)
        ]
        found = plan(network, ranked, np.zeros(len(network.limits)), [Settings(0)])
        assert found.why[1] is Why.NO_ROOM
        assert found.target[1] == 0.0

    def test_a_barred_connector_gets_nothing(self) -> None:
        network, connectors = self.settled([10.0, 10.0])
        barred = replace(connectors[0], barred=True)
        found = plan(network, [barred, connectors[1]], np.zeros(len(network.limits)), [Settings(0)])
        assert (found.why[0], found.target[0]) == (Why.BARRED, 0.0)


class TestReserve:
    def test_counts_the_starts_of_every_site_by_itself(self) -> None:
        nodes = [Node("project", limit_a=100.0), Node("a", "project"), Node("b", "project")]
        network = build_network(nodes, [Load(f"c{n}", "ab"[n % 2]) for n in range(4)])
        idle = [
            Connector(load, HARDWARE, MINIMUM, 1.0, charging=False, site=n % 2, default=value)
            for n, (load, value) in enumerate(zip(network.loads, (6.0, 10.0, 8.0, 12.0), strict=True))
        ]
        found = plan(network, idle, np.zeros(len(network.limits)), [Settings(2), Settings(1)])
        assert found.reserve[0] == 6.0 + 8.0 + 12.0

    def test_leaves_out_what_is_away_for_that_counts_already(self) -> None:
        network = site(2, 63.0)
        idle = [
            Connector(load, HARDWARE, MINIMUM, 1.0, charging=False, reachable=n == 0, default=6.0)
            for n, load in enumerate(network.loads)
        ]
        found = plan(network, idle, np.zeros(len(network.limits)), [Settings(2)])
        assert (found.reserve[0], found.used[0]) == (6.0, 12.0)

    def test_keeps_the_largest_starts_of_each_limit(self) -> None:
        network = site(4, 63.0)
        idle = [
            Connector(load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=False, default=value)
            for load, value in zip(network.loads, (6.0, 16.0, 10.0, 6.0), strict=True)
        ]
        for starts, first_phase in ((0, 0.0), (1, 16.0), (2, 22.0)):
            found = plan(network, idle, np.zeros(len(network.limits)), [Settings(launch_reserve=starts)])
            assert found.reserve[0] == first_phase
