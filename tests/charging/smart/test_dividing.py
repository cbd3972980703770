"""Charge points that divide their power in a way of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from charging.smart.connector import Connector
from charging.smart.dividing import Division, Post, divided
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Settings, plan

LOADS = [Load(f"c{n}", "p", direct=True) for n in range(3)]


def network(most_w: float) -> Network:
    return build_network([Node("p", limit_w=most_w)], LOADS)


def connectors() -> list[Connector]:
    """Three DC connectors of 50 kW with a minimum of 1 kW, that came one after the other."""
    first = Connector(
        LOADS[0], 50_000.0, 1_000.0, 500.0, charging=True, default=0.0, confirmed=0.0, confirmed_ago_s=900.0,
        measured=0.0,
    )  # fmt: skip
    return [replace(first, load=load, started=float(place)) for place, load in enumerate(LOADS)]


def shares(division: Division, known: list[Connector], most_w: float = 80_000.0) -> list[float]:
    found = divided(known, [Post(division, most_w, (0, 1, 2))])
    return list(plan(network(most_w), found, np.zeros(1), [Settings(0, 0.0)]).target)


class TestDivided:
    def test_as_the_site_does(self) -> None:
        assert shares(Division.AS_SITE, connectors(), 75_000.0) == [25_000.0] * 3

    def test_who_came_first_has_what_it_can_take_and_the_others_the_rest(self) -> None:
        assert shares(Division.FIRST_COME, connectors()) == [50_000.0, 29_000.0, 1_000.0]

    def test_what_the_first_cannot_use_goes_on_to_the_next(self) -> None:
        first, second, third = connectors()
        assert shares(Division.FIRST_COME, [replace(first, cap=20_000.0), second, third]) == [
            20_000.0, 50_000.0, 10_000.0,
        ]  # fmt: skip

    def test_by_priority(self) -> None:
        first, second, third = connectors()
        assert shares(Division.PRIORITY, [first, second, replace(third, tier=1)]) == [
            29_000.0,
            1_000.0,
            50_000.0,
        ]

    def test_one_connector_at_a_time(self) -> None:
        assert shares(Division.ONE_AT_A_TIME, connectors()) == [50_000.0, 0.0, 0.0]

    def test_a_full_vehicle_lets_the_next_one_charge(self) -> None:
        first, second, third = connectors()
        assert shares(Division.ONE_AT_A_TIME, [replace(first, rests=True), second, third]) == [
            0.0,
            50_000.0,
            0.0,
        ]

    @pytest.mark.parametrize("division", list(Division))
    def test_caps_only_fall(self, division: Division) -> None:
        known = [replace(each, cap=30_000.0) for each in connectors()]
        for before, after in zip(known, divided(known, [Post(division, 80_000.0, (0, 1, 2))]), strict=True):
            assert (after.cap or 0.0) <= (before.cap or 0.0)
            assert replace(after, cap=None, barred=False) == replace(before, cap=None)
