"""Vehicles that take nothing lend even their minimum, and are asked again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from charging.smart.connector import Connector
from charging.smart.network import Load, Node, build_network
from charging.smart.planner import Plan, Settings, Why, plan
from charging.smart.resting import FIRST_REST_S, LONGEST_REST_S, Rest, rest_of
from charging.smart.rules import Rule

LEAST = 6.0
HOUR_S = 3600.0


def asked(known: Rest, offered: float | None, taken: float | None, ago_s: float = 300.0) -> Rest:
    return rest_of(known, offered=offered, taken=taken, minimum=LEAST, changed_ago_s=ago_s)


class TestRestOf:
    def test_who_takes_nothing_of_what_it_is_offered_rests(self) -> None:
        assert asked(Rest(), 6.0, 0.1) == Rest(FIRST_REST_S, 1)

    def test_it_has_time_to_begin(self) -> None:
        assert asked(Rest(), 6.0, 0.0, ago_s=100.0) == Rest()

    def test_who_is_offered_nothing_does_not_show_whether_it_wants_power(self) -> None:
        assert asked(Rest(), 0.0, 0.0) == Rest()
        assert asked(Rest(900.0, 1), 0.0, 0.0) == Rest(900.0, 1)

    def test_without_measurement_nothing_changes(self) -> None:
        assert asked(Rest(), 6.0, None) == Rest()
        assert asked(Rest(900.0, 1), 6.0, None) == Rest(900.0, 1)

    def test_after_its_rest_it_is_asked_and_then_rests_twice_as_long(self) -> None:
        woken = asked(Rest(0.0, 1), 0.0, 0.0)
        assert woken == Rest(None, 1)
        assert asked(woken, 6.0, 0.0) == Rest(2 * FIRST_REST_S, 2)
        assert asked(Rest(None, 9), 6.0, 0.0) == Rest(LONGEST_REST_S, 10)

    def test_who_takes_power_again_does_not_rest(self) -> None:
        assert asked(Rest(900.0, 3), 6.0, 5.8) == Rest()

    def test_who_is_offered_power_all_the_time_is_watched(self) -> None:
        assert asked(Rest(10.0, 1), 6.0, 0.0) == Rest(FIRST_REST_S, 1)


class TestPlan:
    def plan(self, limit_a: float, *connectors: dict[str, Any]) -> Plan:
        loads = [Load(f"c{n}", "site") for n in range(len(connectors))]
        network = build_network([Node("site", limit_a=limit_a)], loads)
        known = Connector(
            loads[0], 32.0, LEAST, 1.0, charging=True, default=LEAST, confirmed=6.0, confirmed_ago_s=HOUR_S,
            measured=0.0, changed_ago_s=HOUR_S,
        )  # fmt: skip
        places = [
            replace(known, load=load, **more) for load, more in zip(network.loads, connectors, strict=True)
        ]
        return plan(network, places, np.zeros(len(network.limits)), [Settings(0)])

    def test_a_full_vehicle_lends_its_minimum(self) -> None:
        found = self.plan(20.0, {"rests": True}, {"confirmed": 14.0, "measured": 14.0})
        assert list(found.target) == [0.0, 20.0]
        assert found.why[0] is Why.RESTS
        assert [(order.index, order.setting) for order in found.orders] == [(0, 0.0)]  # lower first

    def test_it_keeps_its_minimum_where_nobody_needs_that(self) -> None:
        found = self.plan(20.0, {"rests": True}, {"confirmed": 14.0, "measured": 9.0, "cap": 14.0})
        assert list(found.target) == [6.0, 14.0]
        assert found.orders == ()

    def test_what_it_lent_comes_back_after_a_while_only(self) -> None:
        busy = {"confirmed": 14.0, "measured": 9.0, "cap": 14.0}
        rests = {"rests": True, "confirmed": 0.0}
        assert self.plan(20.0, {**rests, "changed_ago_s": 600.0}, busy).orders == ()
        assert [order.setting for order in self.plan(20.0, rests, busy).orders] == [6.0]


class TestDepartures:
    def test_who_needs_all_the_time_it_has_is_served_before_who_can_wait(self) -> None:
        """13 A are room for two minimums, but one vehicle needs 12 A until it leaves."""
        network = build_network([Node("site", limit_a=13.0)], [Load(f"c{n}", "site") for n in range(2)])
        hurried, patient = (
            Connector(
                load, 32.0, LEAST, 1.0, charging=True, default=LEAST, measured=0.0, rule=Rule.DEADLINE,
                energy_wh=12 * 690.0, remaining_s=remaining_s,
            )
            for load, remaining_s in zip(network.loads, (HOUR_S, 8 * HOUR_S), strict=True)
        )  # fmt: skip
        found = plan(network, [patient, hurried], np.zeros(3), [Settings(0)])
        assert list(found.target) == [0.0, 13.0]
        assert found.why[0] is Why.NO_ROOM
