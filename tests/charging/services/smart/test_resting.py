"""A full vehicle at a connector that stays: its minimum is of use to others."""

from __future__ import annotations

import pytest

from chargers.models import EvseState
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


def test_a_full_vehicle_lends_its_minimum_and_is_asked_again_later() -> None:
    yard = Yard(limit_a=20.0)
    full, hungry = only(yard.point()), only(yard.point())
    for evse in (full, hungry):
        yard.start(evse)
    yard.settle(0)
    for second, drawn in ((100, 10.0), (200, 10.0), (260, 14.0)):
        yard.measure(full, 0.0, second)
        yard.measure(hungry, drawn, second)
        yard.settle(second + 1)
    yard.measure(full, 0.0, 320)
    yard.measure(hungry, 14.0, 320)
    yard.settle(321)
    assert yard.row(full).confirmed == 0.0
    assert yard.row(hungry).confirmed == 20.0
    assert yard.row(full).rests == 1
    until = yard.row(full).rests_until
    assert until is not None
    later = (until - at(0)).total_seconds() + 1
    yard.measure(full, 0.0, later)
    yard.measure(hungry, 20.0, later)
    yard.settle(later)
    yard.measure(hungry, 6.0, later + 60)
    yard.settle(later + 61)
    assert (yard.row(full).confirmed or 0.0) >= 6.0


def test_a_vehicle_that_suspends_its_charge_and_is_not_measured_counts_as_full() -> None:
    yard = Yard(limit_a=20.0)
    full, hungry = only(yard.point()), only(yard.point())
    for evse in (full, hungry):
        yard.start(evse)
    yard.settle(0)
    EvseState.objects.filter(pk=full.pk).update(status="SuspendedEV")
    yard.measure(hungry, 10.0, 200)
    yard.settle(201)
    yard.settle(260)
    assert yard.row(full).rests_until is not None
    assert yard.row(full).confirmed == 0.0
