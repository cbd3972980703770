"""Connectors of three phases that tell their power, no currents, and vehicles that charge on one of them."""

from __future__ import annotations

import pytest

from chargers.models import Evse, EvseState
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db
VOLTAGE_V = 230.0


def measure(evse: Evse, amperes: float, seconds: float) -> None:
    """Let the charge point tell the power of a current on one phase."""
    moment = at(seconds)
    EvseState.objects.filter(pk=evse.pk).update(
        power_w=amperes * VOLTAGE_V,
        measured_at=moment,
        measured_device_at=moment,
        measured_received_at=moment,
    )


def test_a_vehicle_on_one_phase_keeps_what_it_takes() -> None:
    yard = Yard(limit_a=20.0)
    evse = only(yard.point())
    yard.start(evse)
    yard.settle(1)
    for seconds in range(60, 900, 60):
        measure(evse, 20.0, seconds)
        yard.settle(seconds + 1)
    assert yard.told(evse)[-1] == 20.0
    assert yard.row(evse).cap is None


def test_room_is_given_away_when_one_phase_is_certain_to_be_free() -> None:
    yard = Yard(limit_a=32.0)
    first, second = only(yard.point()), only(yard.point())
    yard.start(first)
    yard.settle(1)
    measure(first, 32.0, 60)
    yard.settle(61)
    yard.start(second, 100)
    yard.settle(101)
    assert yard.told(first)[-1] == 16.0
    measure(first, 32.0, 103)  # a third of it would be less than 16
    yard.settle(104)
    assert yard.told(second) == [] or max(yard.told(second)) < 16
    measure(first, 16.0, 110)
    yard.settle(111)
    assert yard.told(second)[-1] == 16.0
