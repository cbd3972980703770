"""Rules of connectors, groups and charge points, and departures, in the cycle of a site."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, Evse
from charging.models import ChargePlan, Transaction, Vehicle
from charging.priorities import priority_of
from sites.models import ScheduleGroup
from tests.charging.services.smart.yard import Yard, at, only
from tests.factories import VehicleFactory

pytestmark = pytest.mark.django_db

ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]


def plan_of(charge: Transaction, hours: float, energy_wh: float) -> None:
    ChargePlan.objects.create(
        transaction=charge, departs_at=at(0) + timedelta(hours=hours), energy_wh=energy_wh, set_at=at(0)
    )


class TestDepartures:
    def test_who_leaves_soon_gets_more(self) -> None:
        yard = Yard(limit_a=40.0, distribution="deadline")
        late, soon = only(yard.point()), only(yard.point())
        plan_of(yard.start(late), 10, 20_000.0)
        plan_of(yard.start(soon), 1, 20_000.0)
        yard.settle(0)
        assert yard.told(soon)[-1] >= 28.0
        assert yard.told(late)[-1] <= 12.0

    def test_of_a_rule_that_does_not_ask_they_change_nothing(self) -> None:
        yard = Yard(limit_a=40.0)
        late, soon = only(yard.point()), only(yard.point())
        plan_of(yard.start(late), 10, 20_000.0)
        plan_of(yard.start(soon), 1, 20_000.0)
        yard.settle(0)
        assert (yard.told(soon)[-1], yard.told(late)[-1]) == (20.0, 20.0)


class TestRulesOf:
    def test_a_connector_has_its_own_else_its_groups_else_its_sites(self) -> None:
        yard = Yard(limit_a=200.0, distribution="capacity")
        own, grouped, plain = (only(yard.point()) for _each in range(3))
        group = ScheduleGroup.objects.create(
            site=yard.site, number=1, distribution="first_come", ranges=ALWAYS
        )
        own.groups.add(group)
        grouped.groups.add(group)
        type(own).objects.filter(pk=own.pk).update(distribution="priority")
        from charging.services.smart.situation import situation_of

        places = situation_of(None, [yard.site], at(0)).places
        rules = {place.evse.id: place.rule.value for place in places}
        assert rules == {own.pk: "priority", grouped.pk: "first_come", plain.pk: "capacity"}


class TestPriorities:
    """Power for one of two charges: who of them gets it."""

    @pytest.mark.parametrize("of", ["connector", "charge point", "vehicle", "charge"])
    def test_each_of_the_four_puts_its_charge_first(self, of: str) -> None:
        yard = Yard(limit_a=32.0, distribution="priority")
        usual, first = only(yard.point()), only(yard.point())
        yard.start(usual)
        charge = yard.start(first, 1, vehicle=VehicleFactory(priority=5) if of == "vehicle" else None)
        if of == "connector":
            Evse.objects.filter(pk=first.pk).update(priority=5)
        elif of == "charge point":
            ChargePoint.objects.filter(pk=first.charge_point_id).update(priority=5)
        elif of == "charge":
            ChargePlan.objects.create(transaction=charge, priority=5, set_at=at(0))
        yard.settle(2)
        assert (yard.told(first)[-1], yard.told(usual)[-1]) == (26.0, 6.0)

    @pytest.mark.parametrize(
        ("connector", "point", "vehicle", "charge", "expected"),
        [
            (0, 0, 0, None, 0),
            (2, 0, 3, None, 3),
            (2, 7, 3, None, 7),
            (-2, 0, 0, None, -2),
            (-2, -1, 0, None, -1),
            (-2, 1, None, None, 1),
            (2, 7, 3, 0, 0),
            (2, 7, 3, -4, -4),
        ],
    )
    def test_the_charges_own_counts_else_the_highest_and_0_says_nothing(
        self, connector: int, point: int, vehicle: int | None, charge: int | None, expected: int
    ) -> None:
        evse = Evse(priority=connector, charge_point=ChargePoint(priority=point))
        row = Transaction(vehicle=None if vehicle is None else Vehicle(priority=vehicle))
        if charge is not None:
            ChargePlan(transaction=row, priority=charge)
        assert priority_of(evse, row) == expected

    def test_of_an_idle_connector_it_is_what_connector_and_charge_point_say(self) -> None:
        assert priority_of(Evse(priority=1, charge_point=ChargePoint(priority=4)), None) == 4


class TestDivision:
    def test_a_charge_point_serves_one_connector_after_the_other(self) -> None:
        yard = Yard(limit_a=100.0)
        point = yard.point(2, division="one_at_a_time")
        first, second = point.evses.order_by("number")
        charge = yard.start(first)
        yard.start(second, 10)
        yard.settle(11)
        assert (yard.told(first)[-1], yard.told(second)[-1]) == (32.0, 0.0)
        yard.stop(charge, 100)
        yard.measure(first, 0.0, 100)
        yard.settle(101)
        assert yard.told(second)[-1] == 32.0
