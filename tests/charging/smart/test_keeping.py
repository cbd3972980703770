"""Connectors that do not go on by themselves after a limit of 0, and those that obey none: who keeps what."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charging.smart.connector import Connector
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Plan, Settings, Why, plan
from charging.smart.rules import Rule
from charging.smart.turns import HOLD_OFF_S, HOLD_ON_S
from tests.charging.smart.problems import loads, nodes
from tests.charging.smart.test_properties import connectors, many

LEAST, HARDWARE = 6.0, 32.0
CHARGES = {"confirmed": 6.0, "measured": 6.0, "on_for_s": 5000.0}
WAITS = {"confirmed": 0.0, "measured": 0.0, "off_for_s": 5000.0}


def site(limit_a: float, count: int) -> Network:
    return build_network([Node("site", limit_a=limit_a)], [Load(f"c{n}", "site") for n in range(count)])


def connector(load: Load, **more: Any) -> Connector:
    known = Connector(load, HARDWARE, LEAST, 1.0, charging=True, default=LEAST, confirmed_ago_s=100.0)
    return replace(known, **more)


def decide(limit_a: float, *known: dict[str, Any]) -> Plan:
    network = site(limit_a, len(known))
    places = [connector(load, **more) for load, more in zip(network.loads, known, strict=True)]
    return plan(network, places, np.zeros(len(network.limits)), [Settings(0)])


class TestKeeping:
    def test_it_keeps_its_minimum_although_others_got_less(self) -> None:
        found = decide(7.0, {**CHARGES, "resumes": False, "served_wh": 9000.0}, {**WAITS, "served_wh": 10.0})
        assert found.target.tolist() == [7.0, 0.0]
        usual = decide(7.0, {**CHARGES, "served_wh": 9000.0}, {**WAITS, "served_wh": 10.0})
        assert usual.target.tolist() == [0.0, 7.0], "in turns, where it goes on by itself"

    def test_and_no_more_than_that_where_others_can_use_it(self) -> None:
        found = decide(12.0, {**CHARGES, "resumes": False}, CHARGES, {**WAITS, "off_for_s": 10.0})
        assert found.target.tolist() == [6.0, 6.0, 0.0]

    def test_the_reason_says_so_where_somebody_waits_for_it(self) -> None:
        found = decide(6.0, {**CHARGES, "resumes": False}, WAITS)
        assert found.why == (Why.KEPT, Why.NO_ROOM)
        assert decide(40.0, {**CHARGES, "resumes": False}, CHARGES).why[0] is Why.SHARE

    def test_a_charge_that_begins_keeps_its_default(self) -> None:
        found = decide(6.0, {"resumes": False, "confirmed": None, "served_wh": 0.0}, {**CHARGES})
        assert found.target.tolist() == [6.0, 0.0]

    def test_but_it_ends_no_other_charge_that_would_not_go_on(self) -> None:
        first = {**CHARGES, "resumes": False, "started": 1.0, "served_wh": 9000.0}
        found = decide(6.0, {"resumes": False, "confirmed": None, "started": 2.0}, first)
        assert found.target.tolist() == [0.0, 6.0]

    def test_where_nothing_else_is_left_the_last_one_gives_way(self) -> None:
        charges = [{**CHARGES, "resumes": False, "started": float(n)} for n in range(3)]
        found = decide(12.0, *charges)
        assert found.target.tolist() == [6.0, 6.0, 0.0]
        assert found.why[2] is Why.NO_ROOM

    def test_once_told_0_it_has_nothing_left_to_keep(self) -> None:
        found = decide(6.0, {**WAITS, "resumes": False, "served_wh": 9000.0}, {**CHARGES, "served_wh": 10.0})
        assert found.target.tolist() == [0.0, 6.0]

    def test_a_higher_priority_goes_before_it(self) -> None:
        found = decide(6.0, {**CHARGES, "resumes": False}, {**WAITS, "tier": 1})
        assert found.target.tolist() == [0.0, 6.0]

    def test_a_need_by_a_departure_leaves_it_its_minimum(self) -> None:
        """13 A: the other needs 12 A until it leaves, and the one that keeps needs more than there is."""
        needs = {"rule": Rule.DEADLINE, "remaining_s": 3600.0}
        found = decide(
            13.0,
            {**CHARGES, **needs, "resumes": False, "energy_wh": 20 * 690.0},
            {**CHARGES, **needs, "energy_wh": 12 * 690.0},
        )
        assert found.target[0] >= LEAST

    def test_a_hold_and_a_schedule_stop_it_all_the_same(self) -> None:
        found = decide(20.0, {**CHARGES, "resumes": False, "barred": True})
        assert (found.target.tolist(), found.why) == ([0.0], (Why.BARRED,))

    def test_a_charge_that_did_not_go_on_says_so(self) -> None:
        assert decide(20.0, {"confirmed": 6.0, "measured": 0.0, "lost": True}).why == (Why.LOST,)


class TestResting:
    """A vehicle that takes nothing may wait for its own timer: told 0 it would not begin any more."""

    RESTS = {"confirmed": 6.0, "measured": 0.0, "rests": True, "resumes": False, "changed_ago_s": 5000.0}

    def test_it_keeps_its_minimum_although_others_could_use_it(self) -> None:
        assert decide(20.0, self.RESTS, {"confirmed": 14.0, "measured": 14.0}).target.tolist() == [6.0, 14.0]

    def test_one_that_did_not_go_on_has_nothing_to_keep(self) -> None:
        found = decide(20.0, {**self.RESTS, "lost": True}, {"confirmed": 14.0, "measured": 14.0})
        assert found.target.tolist() == [0.0, 20.0]

    def test_but_not_where_somebody_waits(self) -> None:
        assert decide(7.0, {**self.RESTS, "tier": 5}, WAITS).target.tolist() == [0.0, 7.0]


class TestFloor:
    """Its charge point obeys no limit of 0 (`pause: stop`)."""

    FLOOR = {**CHARGES, "floor": LEAST}

    def test_it_is_never_told_0_and_others_wait(self) -> None:
        found = decide(7.0, {**self.FLOOR, "served_wh": 9000.0}, WAITS)
        assert found.target.tolist() == [7.0, 0.0]

    @pytest.mark.parametrize("more", [{"barred": True}, {"tier": -1}])
    def test_what_it_takes_all_the_same_is_not_given_to_others(self, more: dict[str, Any]) -> None:
        found = decide(13.0, {**self.FLOOR, **more}, {**CHARGES, "confirmed": 13.0, "measured": 13.0})
        assert found.target.tolist()[0] == LEAST
        assert found.target.sum() <= 13.0

    def test_two_of_them_where_only_one_fits(self) -> None:
        found = decide(8.0, self.FLOOR, self.FLOOR, WAITS)
        assert found.target.tolist() == [6.0, 6.0, 0.0]
        assert Why.FLOOR in found.why

    def test_it_counts_with_its_minimum_although_it_confirmed_0(self) -> None:
        found = decide(13.0, {**self.FLOOR, "confirmed": 0.0, "measured": None}, WAITS)
        assert found.envelope[0] == LEAST
        assert found.used.max() == LEAST

    def test_taking_that_much_is_no_disobedience(self) -> None:
        found = decide(20.0, {**self.FLOOR, "confirmed": 0.0, "barred": True})
        assert found.why == (Why.FLOOR,)


class TestProperties:
    @many
    @given(st.data())
    def test_who_keeps_is_told_0_only_where_its_own_priority_and_higher_ones_leave_no_room(
        self, data: st.DataObject
    ) -> None:
        """Two of equal needs under one limit: never the one that would not go on instead of the other."""
        circuits = data.draw(nodes())
        found = data.draw(loads(circuits))
        network = build_network(circuits, found)
        known = [
            replace(
                data.draw(connectors(load, 1)), floor=0.0, barred=False, reachable=True, rests=False,
                charging=True, measured=None, distrusted=False, overdraw=0.0, cap=None, tier=0,
                in_flight=(), confirmed=6.0 * (690.0 if load.direct else 1.0),
            )
            for load in found
        ]  # fmt: skip
        told = plan(network, known, np.zeros(len(network.limits)), [Settings(0, 0.0)]).target
        for index in [n for n, each in enumerate(known) if not (each.resumes or each.lost) and told[n] == 0]:
            alone = np.array([not (each.resumes or each.lost) for each in known]) & (told > 0)
            alone[index] = True
            need = network.usage(np.where(alone, [each.minimum for each in known], 0.0))
            assert (need > network.capacity + 1e-9).any(), "others had what it could have kept"

    @many
    @given(st.data())
    def test_floors_are_never_given_away(self, data: st.DataObject) -> None:
        """What is told to all others fits beside the floors, wherever these alone fit."""
        circuits = data.draw(nodes())
        found = data.draw(loads(circuits))
        network = build_network(circuits, found)
        known = [
            replace(
                data.draw(connectors(load, 1)), reachable=True, measured=None, distrusted=False, overdraw=0.0
            )
            for load in found
        ]
        told = plan(network, known, np.zeros(len(network.limits)), [Settings(0, 0.0)]).target
        floors = np.array([each.floor if each.charging else 0.0 for each in known])
        assert (told >= floors).all()
        charging = np.array([each.charging for each in known], bool)
        used = network.usage(np.where(charging, told, 0.0))
        allowed = np.maximum(network.capacity, network.usage(floors))
        assert (used <= allowed + 1e-6 * (1 + allowed)).all()


class TestRotation:
    @pytest.mark.parametrize("rule", [Rule.EQUAL, Rule.FIRST_COME, Rule.DEADLINE])
    @pytest.mark.parametrize(("count", "places", "keeping"), [(5, 2, 1), (6, 3, 2), (4, 1, 1), (7, 2, 2)])
    def test_others_take_turns_beside_them_and_after_them_so_that_nobody_waits_forever(
        self, rule: Rule, count: int, places: int, keeping: int
    ) -> None:
        """Those that cannot be paused charge for two hours and are full then."""
        network = site(LEAST * places, count)
        served, waited, longest = [0.0] * count, [0.0] * count, [0.0] * count
        on: list[float | None] = [None] * count
        off: list[float | None] = [None] * count
        told = [LEAST] * keeping + [0.0] * (count - keeping)
        for minute in range(480):
            full = minute >= 120
            known = [
                connector(
                    load, rule=rule, confirmed=told[n], resumes=n >= keeping, rests=full and n < keeping,
                    served_wh=served[n], started=float(n), on_for_s=on[n], off_for_s=off[n],
                )
                for n, load in enumerate(network.loads)
            ]  # fmt: skip
            found = plan(network, known, np.zeros(len(network.limits)), [Settings(0)])
            told = found.target.tolist()
            for n, setting in enumerate(told):
                waits = setting == 0
                assert full or n >= keeping or not waits, "it keeps its minimum while it charges"
                served[n] += 0.0 if waits else 69.0
                waited[n] = waited[n] + 60.0 if waits and (minute >= 120 or places > keeping) else 0.0
                on[n] = None if waits else (on[n] or 0.0) + 60.0
                off[n] = (off[n] or 0.0) + 60.0 if found.why[n] is Why.NO_ROOM else None
            longest = [max(pair) for pair in zip(longest, waited, strict=True)]
        rest = count - keeping
        turns = math.ceil(rest / max(places - keeping, 1)) if places > keeping else math.ceil(rest / places)
        assert max(longest[keeping:]) <= turns * (HOLD_ON_S + HOLD_OFF_S)
        assert min(served) > 0
