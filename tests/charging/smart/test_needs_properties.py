"""What holds of every decision about vehicles that rest, and those that have to be ready (Hypothesis)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.smart.allocation import Allocation, allocate
from charging.smart.connector import Connector
from charging.smart.network import Floats, Load, Mask, Node, build_network
from charging.smart.planner import Settings, Why, plan
from charging.smart.rules import Rule, needed
from charging.smart.turns import HOLD_OFF_S, HOLD_ON_S
from tests.charging.smart.problems import Problem, problems
from tests.charging.smart.test_properties import EPSILON, many

pytestmark = pytest.mark.timeout(240)


@st.composite
def resting(draw: st.DrawFn) -> Problem:
    """A problem in which some vehicles rest."""
    problem = draw(problems())
    size = len(problem.network.loads)
    rests = np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    return replace(problem, demand=replace(problem.demand, rests=rests))


def shared(problem: Problem) -> tuple[Allocation, Mask, Floats]:
    """Return the decision, who rests, and what the limits leave to all."""
    rests = problem.demand.rests
    assert rests is not None
    room = np.maximum(problem.network.capacity - problem.reserved, 0.0)
    return allocate(problem.network, problem.demand, problem.reserved), rests, room


class TestResting:
    @many
    @given(resting())
    def test_all_together_keep_to_the_limits_and_to_their_minimums(self, problem: Problem) -> None:
        found, rests, room = shared(problem)
        steps = problem.demand.steps
        assert (problem.network.usage(found.x) <= room + EPSILON * (1 + room)).all()
        assert ((found.x == 0) | (found.x >= steps.minimum - EPSILON)).all()
        assert (found.x <= steps.cap + EPSILON).all()
        assert (found.x[rests] <= steps.minimum[rests] + EPSILON).all()
        assert (found.x[~problem.demand.wants] == 0).all()

    @many
    @given(resting())
    def test_who_rests_takes_nothing_from_anybody(self, problem: Problem) -> None:
        found, rests, _room = shared(problem)
        demand = replace(problem.demand, rests=None, wants=problem.demand.wants & ~rests)
        without = allocate(problem.network, demand, problem.reserved)
        assert np.array_equal(found.x[~rests], without.x[~rests])
        assert np.array_equal(found.admitted[~rests], without.admitted[~rests])

    @many
    @given(resting())
    def test_who_rests_is_offered_its_minimum_where_that_is_left_and_no_higher_tier_waits(
        self, problem: Problem
    ) -> None:
        found, rests, room = shared(problem)
        network, demand = problem.network, problem.demand
        left = room - network.usage(found.x)
        minimum = demand.steps.minimum
        served = demand.wants & rests & (demand.steps.cap >= minimum) & (minimum > 0)
        tier = demand.wishes.tier
        for index in np.flatnonzero(served & ~found.admitted):
            mine = network.column == index
            if (rests & served & ~found.admitted & (tier > tier[index])).any():
                continue
            need = network.share[mine] * minimum[index]
            assert (need > left[network.row[mine]] - EPSILON * (1 + room[network.row[mine]])).any()


class TestNeeds:
    @many
    @given(problems(rules=(Rule.DEADLINE,)))
    def test_all_are_ready_in_time_where_that_is_possible(self, problem: Problem) -> None:
        """Nobody gets less than it needs on average, but for a step, where what all need fits."""
        network, demand = problem.network, problem.demand
        steps = demand.steps
        served = demand.wants & (steps.cap >= steps.minimum) & (steps.cap > 0)
        need = np.where(served, needed(demand.wishes, network.watts, steps.minimum, steps.cap), 0.0)
        room = np.maximum(network.capacity - problem.reserved, 0.0)
        if (network.usage(need) > room).any():
            return
        found = allocate(network, demand, problem.reserved)
        assert (found.admitted == served).all()
        assert (found.x >= need - steps.step - EPSILON * (1 + need)).all()

    @many
    @given(problems(rules=(Rule.DEADLINE, Rule.HYBRID)))
    def test_who_is_admitted_gets_its_minimum_at_least(self, problem: Problem) -> None:
        network, demand = problem.network, problem.demand
        room = np.maximum(network.capacity - problem.reserved, 0.0)
        found = allocate(network, demand, problem.reserved)
        assert (network.usage(found.x) <= room + EPSILON * (1 + room)).all()
        assert (found.x[found.admitted] >= demand.steps.minimum[found.admitted] - EPSILON).all()
        assert (found.x[~found.admitted] == 0).all()


class TestRotation:
    @pytest.mark.parametrize("rule", [Rule.EQUAL, Rule.DEADLINE])
    @pytest.mark.parametrize(("count", "places", "full"), [(3, 1, 1), (5, 2, 2), (6, 4, 1)])
    def test_everybody_who_takes_power_is_served_in_turn_beside_full_vehicles(
        self, rule: Rule, count: int, places: int, full: int
    ) -> None:
        """Without departures `deadline` rotates as well; a vehicle that rests takes no turn."""
        loads = [Load(f"c{n}", "site") for n in range(count + full)]
        network = build_network([Node("site", limit_a=6.0 * places)], loads)
        served, waited = [0.0] * count, [0.0] * count
        on: list[float | None] = [None] * count
        off: list[float | None] = [None] * count
        longest = 0.0
        for _minute in range(300):
            known = [
                Connector(
                    load, 32.0, 6.0, 1.0, charging=True, confirmed=0.0, confirmed_ago_s=100.0, rule=rule,
                    rests=n >= count, served_wh=served[n] if n < count else 0.0, started=float(n),
                    on_for_s=on[n] if n < count else None, off_for_s=off[n] if n < count else None,
                )
                for n, load in enumerate(network.loads)
            ]  # fmt: skip
            why = plan(network, known, np.zeros(len(network.limits)), [Settings(0)]).why
            assert all(each is Why.RESTS for each in why[count:])
            for n, each in enumerate(why[:count]):
                waits = each is Why.NO_ROOM
                served[n] += 0.0 if waits else 23.0
                waited[n] = waited[n] + 60.0 if waits else 0.0
                on[n] = None if waits else (on[n] or 0.0) + 60.0
                off[n] = (off[n] or 0.0) + 60.0 if waits else None
            longest = max(longest, *waited)
        assert longest <= -(-count // places) * (HOLD_ON_S + HOLD_OFF_S)
