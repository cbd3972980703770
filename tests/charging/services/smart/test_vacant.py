"""A connector that says that it is free although its transaction is open: its charge point forgot it."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.models import EvseState
from charging.services.smart.ladder import Way
from charging.smart.planner import Why
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=32.0)


@pytest.fixture
def pair(yard) -> Any:
    """Two connectors that charge with half of the limit each."""
    pair = only(yard.point()), only(yard.point())
    yard.settle(0)
    for evse in pair:
        yard.start(evse, 1)
    yard.settle(2)
    yard.settle(60)
    assert [yard.row(evse).confirmed for evse in pair] == [16.0, 16.0]
    return pair


def become(evse, status: str, seconds: float) -> None:
    EvseState.objects.filter(pk=evse.pk).update(status=status, status_since=at(seconds))


class TestVacant:
    def test_after_a_boot_its_power_goes_to_the_others_and_it_is_not_told_anything(self, yard, pair) -> None:
        forgot, other = pair
        yard.come_back(forgot.charge_point, 100, boots=True)
        become(forgot, "Available", 101)
        told = yard.told(forgot)
        yard.settle(102)
        assert (yard.row(forgot).why, yard.row(forgot).target) == (Why.VACANT, 0.0)
        assert yard.row(other).confirmed == 32.0
        assert yard.told(forgot) == told
        assert yard.row(forgot).default == 6.0  # for the next charge

    def test_its_next_start_is_within_the_launch_reserve(self) -> None:
        yard = Yard(limit_a=32.0, launch_reserve=1)
        forgot, other = only(yard.point()), only(yard.point())
        yard.settle(0)
        for evse in (forgot, other):
            yard.start(evse, 1)
        yard.settle(2)
        become(forgot, "Available", 101)
        yard.settle(102)
        yard.settle(1002)
        assert yard.row(other).confirmed == 26.0

    def test_measured_to_draw_it_charges_whatever_it_says(self, yard, pair) -> None:
        odd, other = pair
        become(odd, "Available", 100)
        yard.measure(odd, 15.0, 110)
        yard.settle(111)
        assert yard.row(odd).why != Why.VACANT
        assert yard.row(other).confirmed == 16.0

    def test_what_it_drew_before_does_not_count_but_stays_reserved(self, yard, pair) -> None:
        forgot, other = pair
        yard.measure(forgot, 15.0, 100)
        become(forgot, "Available", 101)
        plan = yard.cycle(102)
        assert plan is not None
        assert plan.used[0] == 15.0 + 16.0
        yard.settle(200)
        assert yard.row(other).confirmed == 32.0

    def test_free_since_before_the_start_it_does_not_tell_its_states(self, yard, pair) -> None:
        become(pair[0], "Available", -10)
        yard.settle(100)
        assert yard.row(pair[0]).why == Why.SHARE

    def test_what_it_confirmed_rules_again_where_its_charge_goes_on(self, yard, pair) -> None:
        back, other = pair
        become(back, "Available", 100)
        yard.settle(101)
        assert yard.row(other).confirmed == 32.0
        become(back, "Charging", 200)
        plan = yard.cycle(201)
        assert plan is not None
        assert (plan.envelope.tolist(), plan.target.tolist()) == ([16.0, 32.0], [16.0, 16.0])
        assert [(order.setting, order.raises) for order in plan.orders] == [(16.0, False)]

    def test_a_limit_that_is_told_as_the_default_profile_stays(self, yard, pair) -> None:
        row = yard.row(pair[0])
        row.way = Way.AS_DEFAULT
        row.save()
        become(pair[0], "Available", 100)
        yard.settle(101)
        assert yard.row(pair[0]).why != Why.VACANT
        assert yard.row(pair[1]).confirmed == 16.0
