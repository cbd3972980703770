"""Who is served when not all can be, and for how long; steps that are left over; what is drawn in excess."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charging.smart.connector import Connector
from charging.smart.network import Load, Node, build_network
from charging.smart.planner import Settings, Why, plan

HARDWARE, MINIMUM = 32.0, 6.0


class TestHolding:
    """Who is admitted where the minimums of three do not fit: 13 A for two."""

    def waiting(
        self, served: Sequence[float], on: Sequence[float | None], off: Sequence[float | None]
    ) -> list[bool]:
        network = build_network([Node("site", limit_a=13.0)], [Load(f"c{n}", "site") for n in range(3)])
        connectors = [
            Connector(
                load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=True, confirmed=0.0,
                confirmed_ago_s=100.0, served_wh=served[n], on_for_s=on[n], off_for_s=off[n],
            )
            for n, load in enumerate(network.loads)
        ]  # fmt: skip
        found = plan(network, connectors, np.zeros(len(network.limits)), [Settings(0)])
        return [why is Why.NO_ROOM for why in found.why]

    def test_who_charges_stays_for_a_quarter_of_an_hour_although_others_got_less(self) -> None:
        on, off = [899.0, 899.0, None], [None, None, 400.0]
        assert self.waiting([500.0, 900.0, 10.0], on, off) == [False, False, True]

    def test_then_who_got_most_gives_way(self) -> None:
        on, off = [900.0, 900.0, None], [None, None, 400.0]
        assert self.waiting([500.0, 900.0, 10.0], on, off) == [False, True, False]

    def test_who_has_just_given_way_waits_for_five_minutes(self) -> None:
        on, off = [901.0, 901.0, None], [None, None, 299.0]
        assert self.waiting([500.0, 900.0, 10.0], on, off) == [False, False, True]

    def test_nobody_starves(self) -> None:
        """Two hours, cycle by cycle: everybody charges about as long as the others."""
        served = [0.0] * 3
        on: list[float | None] = [None] * 3
        off: list[float | None] = [None] * 3
        changes = 0
        last: list[bool] = []
        for _cycle in range(720):
            waits = self.waiting(served, on, off)
            changes += last != waits
            last = waits
            for n, waiting in enumerate(waits):
                served[n] += 0.0 if waiting else 10.0
                on[n] = None if waiting else (on[n] or 0.0) + 10.0
                off[n] = (off[n] or 0.0) + 10.0 if waiting else None
        assert max(served) - min(served) <= 900.0
        assert changes <= 16, "two changes in a quarter of an hour"


class TestLeftovers:
    def test_a_step_that_is_left_over_stays_where_it_is(self) -> None:
        network = build_network([Node("site", limit_a=20.0)], [Load(f"c{n}", "site") for n in range(3)])
        shares = set()
        for served in ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [2.0, 3.0, 1.0]):
            connectors = [
                Connector(
                    load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=True,
                    confirmed=0.0, confirmed_ago_s=100.0, served_wh=served[n], started=float(n),
                )
                for n, load in enumerate(network.loads)
            ]  # fmt: skip
            found = plan(network, connectors, np.zeros(len(network.limits)), [Settings(0)])
            shares.add(tuple(found.target.tolist()))
        assert shares == {(7.0, 7.0, 6.0)}


class TestOverdraw:
    def test_everybody_gets_less_by_what_is_drawn_in_excess(self) -> None:
        network = build_network([Node("site", limit_a=20.0)], [Load(f"c{n}", "site") for n in range(2)])
        connectors = [
            Connector(
                load=load, hardware=HARDWARE, minimum=MINIMUM, step=0.1, charging=True,
                confirmed=10.0, confirmed_ago_s=100.0, measured=10.4, overdraw=0.04,
            )
            for load in network.loads
        ]  # fmt: skip
        found = plan(network, connectors, np.zeros(3), [Settings(0, 0.0)])
        assert [round(order.setting, 1) for order in found.orders] == [9.6, 9.6]
        assert round(found.used[0], 3) == 20.8


class TestCrowded:
    def test_nobody_is_told_more_while_a_limit_may_be_exceeded(self) -> None:
        """Both had more a moment ago and have not been seen to obey: 12 and 10 of 20 A."""
        network = build_network([Node("site", limit_a=20.0)], [Load(f"c{n}", "site") for n in range(2)])
        connectors = [
            Connector(
                load=load, hardware=HARDWARE, minimum=MINIMUM, step=1.0, charging=True,
                confirmed=confirmed, before=before, confirmed_ago_s=1.0,
            )
            for load, confirmed, before in zip(network.loads, (10.0, 8.0), (12.0, 10.0), strict=True)
        ]  # fmt: skip
        found = plan(network, connectors, np.zeros(3), [Settings(0, 0.0)])
        assert found.target.tolist() == [10.0, 10.0]
        assert found.orders == ()
