"""What every allocation keeps, on random trees of circuits with phases."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.smart.allocation import Allocation, Demand, allocate
from charging.smart.network import Floats, Load, Node, build_network
from charging.smart.rules import RULES, Rule, Wishes, lines
from charging.smart.stepping import Steps
from tests.charging.smart.problems import Problem, problems

EPSILON = 1e-6
pytestmark = pytest.mark.timeout(120)
many = settings(max_examples=100, deadline=None, derandomize=True)


def solve(problem: Problem) -> Allocation:
    return allocate(problem.network, problem.demand, problem.reserved)


def room_of(problem: Problem) -> Floats:
    room: Floats = np.maximum(problem.network.capacity - problem.reserved, 0.0)
    return room


def permuted(problem: Problem, order: list[int]) -> Problem:
    network, demand = problem.network, problem.demand
    place = {old: new for new, old in enumerate(order)}
    column = np.array([place[old] for old in network.column.tolist()], int)
    by_row = np.lexsort((column, network.row))
    moved = replace(
        network,
        loads=tuple(network.loads[old] for old in order),
        watts=network.watts[order],
        row=network.row[by_row],
        column=column[by_row],
        share=network.share[by_row],
    )
    steps = Steps(demand.steps.minimum[order], demand.steps.step[order], demand.steps.cap[order])
    wishes = replace(
        demand.wishes,
        **{name: getattr(demand.wishes, name)[order] for name in demand.wishes.__dataclass_fields__},
    )
    asked = replace(demand, wants=demand.wants[order], steps=steps, rank=demand.rank[order], wishes=wishes)
    return replace(problem, network=moved, demand=asked)


class TestAllocate:
    @many
    @given(problems())
    def test_never_exceeds_a_limit(self, problem: Problem) -> None:
        used = problem.network.usage(solve(problem).x)
        assert (used <= room_of(problem) + EPSILON * (1 + problem.network.capacity)).all()

    @many
    @given(problems())
    def test_never_exceeds_a_limit_whichever_phases_unknown_ones_hang_on(self, problem: Problem) -> None:
        used = problem.real.usage(solve(problem).x)
        assert (used <= room_of(problem) + EPSILON * (1 + problem.real.capacity)).all()

    @many
    @given(problems())
    def test_gives_nothing_or_a_whole_setting_between_minimum_and_cap(self, problem: Problem) -> None:
        steps, x = problem.demand.steps, solve(problem).x
        on = x > 0
        assert (x[on] >= steps.minimum[on] - EPSILON).all()
        assert (x <= steps.cap + EPSILON * (1 + steps.cap)).all()
        count = (x[on] - steps.minimum[on]) / steps.step[on]
        assert np.abs(count - count.round()).max(initial=0) < 1e-5
        assert not x[~problem.demand.wants].any()

    @many
    @given(problems())
    def test_leaves_no_whole_step_that_fits(self, problem: Problem) -> None:
        found, steps, network = solve(problem), problem.demand.steps, problem.network
        left = room_of(problem) - network.usage(found.x)
        for index in np.flatnonzero(found.admitted):
            if found.x[index] + steps.step[index] > steps.cap[index] + EPSILON * steps.cap[index]:
                continue
            mine = network.column == index
            need = network.share[mine] * steps.step[index]
            assert (
                need > left[network.row[mine]] - EPSILON * (1 + network.capacity[network.row[mine]])
            ).any()

    @many
    @given(problems(tiers=0), st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_the_connectors(self, problem: Problem, random: Random) -> None:
        size = len(problem.network.loads)
        unique = replace(problem.demand, rank=np.arange(size, dtype=float))
        problem = replace(problem, demand=unique)
        order = list(range(size))
        random.shuffle(order)
        before, after = solve(problem), solve(permuted(problem, order))
        assert np.allclose(before.x[order], after.x, rtol=1e-6, atol=1e-6)

    @many
    @given(problems())
    def test_serves_no_lower_tier_on_a_limit_that_refuses_a_higher_one(self, problem: Problem) -> None:
        found, network, tier = solve(problem), problem.network, problem.demand.wishes.tier
        for index in np.flatnonzero(found.refused_by >= 0):
            there = network.column[network.row == found.refused_by[index]]
            served = there[found.x[there] > 0]
            zero_minimum = problem.demand.steps.minimum[served] == 0
            assert (tier[served[~zero_minimum]] >= tier[index]).all()

    @many
    @given(problems(rules=(Rule.EQUAL, Rule.CAPACITY)), st.integers(0, 11))
    def test_a_doubled_weight_never_lowers_ones_own_share(self, problem: Problem, index: int) -> None:
        size = len(problem.network.loads)
        if not size:
            return
        index %= size
        fine = replace(problem.demand.steps, step=problem.demand.steps.step / 1000)
        weight = problem.demand.wishes.weight.copy()
        weight[index] *= 2
        before = replace(problem.demand, steps=fine)
        after = replace(before, wishes=replace(before.wishes, weight=weight))
        x, y = solve(replace(problem, demand=before)).x, solve(replace(problem, demand=after)).x
        assert y[index] >= x[index] - 20 * fine.step.max()


class TestRules:
    def shares(self, rule: Rule, **wishes: list[float]) -> list[float]:
        """Share 30 kW among three connectors of 22 kW DC and return what each gets, in W."""
        network = build_network(
            [Node("site", limit_w=30_000)], [Load(str(i), "site", direct=True) for i in range(3)]
        )
        given_ = {
            "tier": [0, 0, 0],
            "weight": [1, 1, 1],
            "started": [0, 0, 0],
            "energy_wh": [np.nan] * 3,
            "remaining_s": [np.nan] * 3,
            "nominal_w": [22_000] * 3,
        } | wishes
        columns = {name: np.array(value, float) for name, value in given_.items()}
        columns["tier"] = columns["tier"].astype(int)
        demand = Demand(
            wants=np.ones(3, bool),
            steps=Steps(np.full(3, 1000.0), np.full(3, 1.0), np.full(3, 22_000.0)),
            rank=np.arange(3.0),
            wishes=Wishes(rule=np.full(3, RULES.index(rule)), **columns),
        )
        return [round(value) for value in allocate(network, demand, np.zeros(1)).x]

    def test_equal_gives_everybody_the_same(self) -> None:
        assert self.shares(Rule.EQUAL) == [10_000, 10_000, 10_000]

    def test_equal_respects_weights(self) -> None:
        assert self.shares(Rule.EQUAL, weight=[2, 1, 1]) == [15_000, 7_500, 7_500]

    def test_capacity_gives_in_proportion_to_the_nominal_power(self) -> None:
        assert self.shares(Rule.CAPACITY, nominal_w=[22_000, 22_000, 11_000]) == [12_000, 12_000, 6_000]

    def test_priority_serves_the_higher_tier_first_and_leaves_the_others_their_minimum(self) -> None:
        assert self.shares(Rule.PRIORITY, tier=[0, 5, 0]) == [4_000, 22_000, 4_000]

    def test_first_come_serves_who_started_first(self) -> None:
        assert self.shares(Rule.FIRST_COME, started=[30, 10, 20]) == [1_000, 22_000, 7_000]

    def test_deadline_gives_more_to_who_leaves_sooner(self) -> None:
        early, late, unknown = self.shares(
            Rule.DEADLINE, energy_wh=[20_000, 20_000, np.nan], remaining_s=[3_600, 36_000, np.nan]
        )
        assert early > late > unknown
        assert early >= 20_000

    def test_hybrid_is_by_tier_and_then_by_deadline(self) -> None:
        first, second, third = self.shares(
            Rule.HYBRID,
            tier=[0, 0, 1],
            energy_wh=[20_000, 2_000, 100],
            remaining_s=[7_200, 36_000, 36_000],
        )
        assert third == 22_000
        assert first > second


class TestLines:
    def test_ask_for_nothing_when_there_are_no_connectors(self) -> None:
        empty = np.zeros(0)
        wishes = Wishes(np.zeros(0, int), np.zeros(0, int), empty, empty, empty, empty, empty)
        assert len(lines(wishes, empty, empty, empty).offset) == 0
