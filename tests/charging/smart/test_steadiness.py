"""Settings stay near their shares, fit wherever those fit, and few of them change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charging.smart.allocation import allocate
from charging.smart.connector import Connector
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Settings, plan
from charging.smart.steadiness import Standing, steady
from tests.charging.smart.problems import Problem, problems

EPSILON = 1e-6
pytestmark = pytest.mark.timeout(240)
many = settings(max_examples=100, deadline=None, derandomize=True)


@st.composite
def standings(draw: st.DrawFn) -> tuple[Problem, np.ndarray, Standing]:
    """A problem with its shares, and settings about them that were told before."""
    problem = draw(problems())
    share = allocate(problem.network, problem.demand, problem.reserved).x
    size, step = len(share), problem.demand.steps.step

    def column(strategy: st.SearchStrategy[int] | st.SearchStrategy[bool]) -> np.ndarray:
        return np.array(draw(st.lists(strategy, min_size=size, max_size=size)), float)

    latest = np.maximum(share + column(st.integers(-4, 4)) * step, 0.0)
    return problem, share, Standing(
        latest=np.where(column(st.integers(0, 9)) == 0, np.nan, latest),
        band=column(st.integers(0, 3)) * step,
        firm=column(st.integers(0, 4)) == 0,
        patient=column(st.booleans()).astype(bool),
        tier=problem.demand.wishes.tier,
    )  # fmt: skip


@many
@given(standings())
def test_fits_wherever_the_shares_fit_and_stays_within_the_bands(
    told: tuple[Problem, np.ndarray, Standing],
) -> None:
    problem, share, standing = told
    network, steps = problem.network, problem.demand.steps
    room = network.capacity - problem.reserved
    x = steady(network, room, share, steps, standing)
    allowed = np.maximum(room, network.usage(share))
    assert (network.usage(x) <= allowed + EPSILON * (1 + np.abs(allowed))).all()
    assert (np.abs(x - share) <= standing.band + EPSILON).all()
    assert ((x == 0) == (share == 0)).all()
    assert ((x == 0) | ((x >= steps.minimum - EPSILON) & (x <= steps.cap + EPSILON))).all()
    assert (x == share)[standing.firm].all()


@many
@given(standings())
def test_what_was_told_stays(told: tuple[Problem, np.ndarray, Standing]) -> None:
    """Nobody who has just been told is told something else for the same shares."""
    problem, share, standing = told
    room = problem.network.capacity - problem.reserved
    first = steady(problem.network, room, share, problem.demand.steps, standing)
    settled = replace(standing, latest=first, patient=np.ones(len(share), bool))
    second = steady(problem.network, room, share, problem.demand.steps, settled)
    assert (second >= first - EPSILON).all()


class TestGarage:
    """Six vehicles below 60 A, each told about 10 A."""

    def garage(self, limit_a: float, told: Sequence[float], **more: float) -> tuple[Network, list[Connector]]:
        loads = [Load(f"c{n}", "site", (1,)) for n in range(len(told))]
        network = build_network([Node("site", limit_a=limit_a)], loads)
        return network, [
            Connector(
                load, 32.0, 6.0, 1.0, charging=True, default=6.0, confirmed=value, measured=value,
                confirmed_ago_s=100.0, changed_ago_s=100.0, started=float(n), **more,  # type: ignore[arg-type]
            )
            for n, (load, value) in enumerate(zip(loads, told, strict=True))
        ]  # fmt: skip

    def changes(self, limit_a: float, told: Sequence[float], dead_band_w: float = 500.0) -> dict[int, float]:
        network, connectors = self.garage(limit_a, told)
        base = np.zeros(len(network.limits))
        found = plan(network, connectors, base, [Settings(0, dead_band_w)])
        assert (network.usage(found.target) <= limit_a + EPSILON)[0]
        return {order.index: order.setting for order in found.orders}

    def test_less_power_is_taken_from_as_few_as_possible(self) -> None:
        assert self.changes(57.0, [10.0] * 6) == {5: 7.0}

    def test_without_a_dead_band_everybody_has_its_exact_share(self) -> None:
        assert self.changes(57.0, [10.0] * 6, 0.0) == {3: 9.0, 4: 9.0, 5: 9.0}

    def test_more_power_is_given_to_as_few_as_possible(self) -> None:
        assert self.changes(63.0, [10.0] * 6) == {0: 13.0}

    def test_who_is_furthest_above_its_share_is_lowered(self) -> None:
        assert self.changes(58.0, [10.0, 10.0, 12.0, 8.0, 10.0, 10.0]) == {2: 10.0}

    def test_who_is_too_far_from_its_share_gets_it(self) -> None:
        assert self.changes(60.0, [20.0, 8.0, 8.0, 8.0, 8.0, 8.0])[0] == 10.0
