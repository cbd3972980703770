"""What holds of every decision, whatever the circuits, connectors and circumstances (Hypothesis)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.smart.allocation import allocate
from charging.smart.connector import Connector
from charging.smart.filling import fill
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Settings, Why, plan
from charging.smart.rules import Rule, lines
from charging.smart.turns import HOLD_OFF_S, HOLD_ON_S
from tests.charging.smart.problems import Problem, loads, nodes, numbers, problems, wired

EPSILON = 1e-6
pytestmark = pytest.mark.timeout(240)
many = settings(max_examples=100, deadline=None, derandomize=True)


@st.composite
def connectors(draw: st.DrawFn, load: Load, sites: int) -> Connector:
    """A connector in any state that it may get into."""
    unit = 690.0 if load.direct else 1.0
    hardware = draw(st.sampled_from([16.0, 32.0, 63.0])) * unit

    def setting() -> st.SearchStrategy[float]:
        return st.sampled_from([0.0, 6.0, 7.0, 11.0, 16.0, 32.0]).map(lambda x: min(x * unit, hardware))

    return Connector(
        load=load,
        hardware=hardware,
        minimum=6.0 * unit,
        step=unit,
        charging=draw(st.booleans()),
        site=draw(st.integers(0, sites - 1)),
        barred=draw(st.integers(0, 5)) == 0,
        reachable=draw(st.integers(0, 4)) > 0,
        confirmed=draw(st.none() | setting()),
        confirmed_ago_s=draw(st.sampled_from([0.0, 10.0, 100.0])),
        before=draw(st.none() | setting()),
        in_flight=tuple(draw(st.lists(setting(), max_size=2))),
        doubtful=draw(st.none() | setting()),
        falls_in_s=draw(st.sampled_from([math.inf, 800.0, 100.0, -30.0, -90.0])),
        falls_to=6.0 * unit,
        refresh=draw(st.booleans()),
        cap=draw(st.none() | numbers(0, 40).map(lambda x: x * unit)),
        rests=draw(st.integers(0, 3)) == 0,
        resumes=draw(st.integers(0, 2)) > 0,
        lost=draw(st.integers(0, 5)) == 0,
        floor=6.0 * unit if draw(st.integers(0, 5)) == 0 else 0.0,
        default=draw(st.none() | setting()),
        measured=draw(st.none() | numbers(0, 40).map(lambda x: x * unit)),
        distrusted=draw(st.integers(0, 4)) == 0,
        overdraw=draw(st.sampled_from([0.0, 0.03, 0.1])),
        rule=draw(st.sampled_from(list(Rule))),
        tier=draw(st.integers(0, 2)),
        started=float(draw(st.integers(0, 9))),
        served_wh=float(draw(st.integers(0, 9))),
        energy_wh=draw(st.just(math.nan) | numbers(0, 60_000)),
        remaining_s=draw(st.just(math.nan) | numbers(0, 40_000)),
        changed_ago_s=draw(st.sampled_from([0.0, 1000.0])),
        on_for_s=draw(st.none() | st.sampled_from([10.0, 1000.0])),
        off_for_s=draw(st.none() | st.sampled_from([10.0, 1000.0])),
    )


@st.composite
def wired_depots(draw: st.DrawFn) -> tuple[Network, Network, list[Connector], list[Settings]]:
    """Circuits as known and as they really are, with connectors in any state, of one or two sites."""
    circuits = draw(nodes())
    found = draw(loads(circuits))
    sites = draw(st.integers(1, 2))
    chosen = [Settings(draw(st.integers(0, 3)), draw(st.sampled_from([0.0, 500.0]))) for _ in range(sites)]
    real = build_network(circuits, [draw(wired(load)) for load in found])
    return build_network(circuits, found), real, [draw(connectors(load, sites)) for load in found], chosen


def depots() -> st.SearchStrategy[tuple[Network, list[Connector], list[Settings]]]:
    """The same as they are known."""
    return wired_depots().map(lambda depot: (depot[0], depot[2], depot[3]))


class TestInvariant:
    @many
    @given(depots())
    def test_no_order_lets_a_limit_be_exceeded_that_was_not_before(
        self, depot: tuple[Network, list[Connector], list[Settings]]
    ) -> None:
        network, known, sites = depot
        found = plan(network, known, np.zeros(len(network.limits)), sites)
        after = found.envelope.copy()
        for order in found.orders:
            told = order.setting * (1 + known[order.index].overdraw)
            after[order.index] = max(after[order.index], told)
        used = found.used + network.usage(after - found.envelope)
        allowed = np.maximum(network.capacity, found.used)
        assert (used <= allowed + EPSILON * (1 + allowed)).all()

    @many
    @given(wired_depots())
    def test_it_holds_with_every_start_that_is_reserved_whichever_phases_unknown_connectors_hang_on(
        self, depot: tuple[Network, Network, list[Connector], list[Settings]]
    ) -> None:
        network, real, known, sites = depot
        found = plan(network, known, np.zeros(len(network.limits)), sites)
        after = found.envelope.copy()
        for order in found.orders:
            told = order.setting * (1 + known[order.index].overdraw)
            after[order.index] = max(after[order.index], told)
        for site, chosen in enumerate(sites):
            mine = [n for n, each in enumerate(known) if each.site == site]
            idle = [n for n in mine if known[n].reachable and not known[n].charging]
            for index in idle[: chosen.launch_reserve]:
                after[index] += known[index].begins_with
        allowed = np.maximum(network.capacity, found.used)
        assert (real.usage(after) <= allowed + EPSILON * (1 + allowed)).all()

    @many
    @given(depots())
    def test_below_a_limit_that_may_be_exceeded_nobody_is_told_more(
        self, depot: tuple[Network, list[Connector], list[Settings]]
    ) -> None:
        network, known, sites = depot
        found = plan(network, known, np.zeros(len(network.limits)), sites)
        over = found.used > network.capacity * (1 + EPSILON) + EPSILON
        crowded = set(network.column[over[network.row]].tolist())
        for order in found.orders:
            each = known[order.index]
            latest = each.in_flight[-1] if each.in_flight else each.confirmed
            if order.index in crowded and latest is not None:
                assert order.setting <= latest + EPSILON

    @many
    @given(depots())
    def test_only_those_are_told_who_can_be(
        self, depot: tuple[Network, list[Connector], list[Settings]]
    ) -> None:
        network, known, sites = depot
        for order in plan(network, known, np.zeros(len(network.limits)), sites).orders:
            each = known[order.index]
            assert each.charging
            assert each.reachable
            assert order.setting <= each.hardware + EPSILON
            assert order.setting == 0 or order.setting >= each.minimum - EPSILON or each.refresh

    @many
    @given(depots())
    def test_nothing_is_told_when_nothing_changes(
        self, depot: tuple[Network, list[Connector], list[Settings]]
    ) -> None:
        """Everything that was decided has come about: the same decision needs no message."""
        network, known, sites = depot
        base = np.zeros(len(network.limits))
        calm = [replace(each, measured=None, overdraw=0.0, distrusted=False, refresh=False) for each in known]
        first = plan(network, calm, base, sites)
        settled = [
            replace(
                each, confirmed=float(target), confirmed_ago_s=100.0, before=None, in_flight=(),
                doubtful=None, falls_in_s=math.inf,
            )
            if each.charging and each.reachable
            else each
            for each, target in zip(calm, first.target, strict=True)
        ]  # fmt: skip
        assert plan(network, settled, base, sites).orders == ()


class TestAllocation:
    @many
    @given(problems())
    def test_fits_before_it_is_rounded_as_well(self, problem: Problem) -> None:
        network, demand = problem.network, problem.demand
        room = np.maximum(network.capacity - problem.reserved, 0.0)
        admitted = allocate(network, demand, problem.reserved).admitted
        low = np.where(admitted, demand.steps.minimum, 0.0)
        high = np.where(admitted, demand.steps.cap, 0.0)
        x = fill(network, room, lines(demand.wishes, network.watts, low, high)).x
        assert (network.usage(x) <= room + EPSILON * (1 + room)).all()
        assert (x >= low - EPSILON).all()
        assert (x <= high + EPSILON).all()

    @many
    @given(problems(rules=(Rule.EQUAL,)))
    def test_is_max_min_fair(self, problem: Problem) -> None:
        """Who is below its cap has a full limit, and nobody there above its minimum has more per weight."""
        network, demand = problem.network, problem.demand
        room = np.maximum(network.capacity - problem.reserved, 0.0)
        admitted = allocate(network, demand, problem.reserved).admitted
        low = np.where(admitted, demand.steps.minimum, 0.0)
        high = np.where(admitted, demand.steps.cap, 0.0)
        x = fill(network, room, lines(demand.wishes, network.watts, low, high)).x
        level = x * network.watts / demand.wishes.weight
        full = network.usage(x) >= room - 1e-5 * (1 + room)
        for index in np.flatnonzero(admitted & (x < high * (1 - 1e-6) - 1e-6)):
            limits = network.row[(network.column == index) & full[network.row]]
            assert any(
                all(
                    level[other] <= level[index] * (1 + 1e-5) + 1e-4
                    for other in network.column[network.row == limit]
                    if x[other] > low[other] * (1 + 1e-6) + 1e-6
                )
                for limit in limits
            )

    @many
    @given(problems(), st.integers(0, 11))
    def test_nobody_is_refused_because_of_somebody_later(self, problem: Problem, index: int) -> None:
        demand = problem.demand
        size = len(problem.network.loads)
        if not size:
            return
        order = np.lexsort((demand.rank, -demand.wishes.tier))
        place = index % size
        last = order[place]
        alone = demand.wants.copy()
        alone[order[place + 1 :]] = False
        without = allocate(problem.network, replace(demand, wants=alone), problem.reserved)
        with_all = allocate(problem.network, demand, problem.reserved)
        assert without.admitted[last] == with_all.admitted[last]


class TestRotation:
    @settings(max_examples=12, deadline=None, derandomize=True)
    @given(st.integers(2, 7), st.data())
    def test_everybody_is_served_in_turn(self, count: int, data: st.DataObject) -> None:
        """Power for only some of them: nobody waits longer than the turns of all the others take."""
        places = data.draw(st.integers(1, count - 1))
        minute = 60.0
        network = build_network(
            [Node("site", limit_a=6.0 * places)], [Load(f"c{n}", "site") for n in range(count)]
        )
        served, waited = [0.0] * count, [0.0] * count
        on: list[float | None] = [None] * count
        off: list[float | None] = [None] * count
        longest = 0.0
        for _minute in range(300):
            known = [
                Connector(
                    load, 32.0, 6.0, 1.0, charging=True, confirmed=0.0, confirmed_ago_s=100.0,
                    served_wh=served[n], started=float(n), on_for_s=on[n], off_for_s=off[n],
                )
                for n, load in enumerate(network.loads)
            ]  # fmt: skip
            why = plan(network, known, np.zeros(len(network.limits)), [Settings(0)]).why
            assert sum(each is not Why.NO_ROOM for each in why) == places
            for n, each in enumerate(why):
                waits = each is Why.NO_ROOM
                served[n] += 0.0 if waits else 23.0
                waited[n] = waited[n] + minute if waits else 0.0
                on[n] = None if waits else (on[n] or 0.0) + minute
                off[n] = (off[n] or 0.0) + minute if waits else None
            longest = max(longest, *waited)
        turns = math.ceil(count / places)
        assert longest <= turns * (HOLD_ON_S + HOLD_OFF_S)
