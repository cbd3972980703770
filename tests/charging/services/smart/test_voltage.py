"""The power of a current, and the current of a power, by the voltage that is measured."""

from __future__ import annotations

import pytest

from chargers.models import Evse, EvseState
from charging.services.smart.facts import read_evses
from charging.services.smart.voltage import voltages_of
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


def measure(evse: Evse, voltage_v: float, seconds: float) -> None:
    EvseState.objects.filter(pk=evse.pk).update(voltage_v=voltage_v, measured_received_at=at(seconds))


@pytest.mark.parametrize(
    ("voltage_v", "setting_a"),
    [(253.0, 18.0), (230.0, 20.0), (218.0, 20.0), (400.0, 20.0), (0.0, 20.0)],
)
def test_a_limit_in_watts_holds_at_the_voltage_that_is_measured(voltage_v: float, setting_a: float) -> None:
    yard = Yard(limit_value=20.0 * 3 * 230, limit_unit="W")
    evse = only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    measure(evse, voltage_v, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == setting_a


@pytest.mark.parametrize(("voltage_v", "setting_w"), [(207.0, 18_500.0), (253.0, 20_500.0)])
def test_a_limit_in_amperes_holds_for_power_at_the_voltage_that_is_measured(
    voltage_v: float, setting_w: float
) -> None:
    yard = Yard(limit_a=30.0)
    meter, evse = only(yard.point()), only(yard.point())
    Evse.objects.filter(pk=evse.pk).update(current="DC", max_power_w=50_000.0)
    yard.settle(0)
    yard.start(evse, 1)
    measure(meter, voltage_v, 1)
    measure(evse, 750.0, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == setting_w


def test_what_was_measured_long_ago_does_not_count() -> None:
    yard = Yard()
    evse = only(yard.point())
    measure(evse, 250.0, 0)
    facts = read_evses([yard.site])
    assert voltages_of(facts, 230.0, at(60)).highest == pytest.approx(230.0 * 1.09)
    assert voltages_of(facts, 230.0, at(900)).highest == 230.0
