"""What may rule a connector: schedules that fall, charge points that are away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from charging.smart.connector import Connector, Limits, useful
from charging.smart.network import Load, Node, build_network
from charging.smart.planner import Settings, plan

HARDWARE, MINIMUM = 32.0, 6.0


class TestFalling:
    """A schedule that falls by itself when evkit is gone."""

    def connector(self, **more: Any) -> Connector:
        load = Load("c", "site")
        return Connector(
            load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=True,
            **{"confirmed": 20.0, "confirmed_ago_s": 900.0, "falls_to": 6.0, **more},
        )  # fmt: skip

    def test_counts_until_it_has_fallen_for_certain(self) -> None:
        assert self.connector(falls_in_s=-59.0).envelope == 20.0
        assert self.connector(falls_in_s=-61.0).envelope == 6.0
        assert self.connector(falls_in_s=-61.0, confirmed=4.0).envelope == 4.0

    def test_does_not_free_what_is_measured_or_in_doubt(self) -> None:
        assert self.connector(falls_in_s=-61.0, measured=18.0).envelope == 18.0
        assert self.connector(falls_in_s=-61.0, doubtful=16.0).envelope == 16.0

    def test_is_told_again_while_it_is_reachable(self) -> None:
        network = build_network([Node("site", limit_a=20.0)], [Load("c", "site")])
        for refresh, expected in ((False, []), (True, [20.0])):
            found = plan(network, [self.connector(refresh=refresh)], np.zeros(3), [Settings(0)])
            assert [order.setting for order in found.orders] == expected
        on_its_way = self.connector(refresh=True, in_flight=(20.0,))
        assert plan(network, [on_its_way], np.zeros(3), [Settings(0)]).orders == ()


class TestAway:
    def test_an_idle_connector_of_a_charge_point_that_is_away_counts_with_what_a_charge_begins_with(
        self,
    ) -> None:
        idle = Connector(Load("c", "site"), HARDWARE, MINIMUM, 1.0, charging=False, default=MINIMUM)
        assert idle.envelope == 0.0
        assert replace(idle, reachable=False).envelope == MINIMUM
        assert replace(idle, reachable=False, default=None).envelope == HARDWARE
        assert replace(idle, reachable=False, measured=20.0).envelope == 20.0


class TestUseful:
    """A vehicle that takes 16 A at most."""

    def useful(self, **more: Any) -> float | None:
        known = {"offered": 24.0, "taken": 16.0, "cap": None, "changed_ago_s": 90.0, **more}
        return useful(Limits(HARDWARE, MINIMUM, 1.0), **known)

    def test_it_keeps_some_more_than_it_takes(self) -> None:
        assert self.useful() == pytest.approx(20.4)

    def test_it_has_time_to_follow(self) -> None:
        assert self.useful(changed_ago_s=59.0) is None

    def test_what_was_lent_does_not_swing_back(self) -> None:
        assert self.useful(offered=20.0, cap=20.4) == 20.4
        assert self.useful(offered=20.0, cap=20.4, changed_ago_s=5.0) == 20.4

    def test_small_changes_of_what_it_takes_change_nothing(self) -> None:
        for taken in (15.0, 15.9, 17.0):
            assert self.useful(offered=20.0, cap=20.4, taken=taken) == 20.4
        assert self.useful(offered=20.0, cap=20.4, taken=13.0) == pytest.approx(16.95)

    def test_it_is_offered_all_again_when_it_takes_what_it_is_left(self) -> None:
        assert self.useful(offered=20.0, cap=20.4, taken=18.5) is None

    def test_a_share_below_the_cap_says_nothing_of_the_cap(self) -> None:
        assert self.useful(offered=10.0, cap=20.4, taken=10.0) == 20.4
        assert self.useful(offered=0.0, cap=20.4, taken=0.0) == 20.4
        assert self.useful(taken=None, cap=20.4) == 20.4
