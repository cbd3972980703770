"""What is sent to a connector: its default beforehand, limits that fall by themselves, and when again."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.models import Command
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=40.0)


def charging(yard, *, offset_s=0.0, periods="", amperes=32.0):
    point = yard.point()
    yard.set_state(point, clock_offset_s=offset_s)
    if periods:
        yard.tell_key(point, "ChargingScheduleMaxPeriods", periods)
    evse = only(point)
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == amperes
    return evse


def last(evse) -> dict[str, Any]:
    command = Command.objects.filter(charge_point=evse.charge_point, action="SetChargingProfile").latest("pk")
    profile: dict[str, Any] = command.payload["csChargingProfiles"]
    return profile


class TestDefault:
    def test_is_there_before_the_first_charge(self, yard) -> None:
        evse = only(yard.point())
        yard.settle(0)
        profile = last(evse)
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        assert profile["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6.0}]
        assert yard.row(evse).default == 6.0

    def test_is_set_once(self, yard) -> None:
        yard.point()
        for second in (0, 10, 20):
            yard.settle(second)
        assert Command.objects.count() == 1


class TestFalling:
    @pytest.mark.parametrize(
        ("offset_s", "begins"), [(0.0, "07:30:17"), (120.0, "07:32:17"), (-120.0, "07:28:17")]
    )
    def test_a_limit_falls_to_what_a_charge_begins_with(self, yard, offset_s, begins) -> None:
        """By the clock of the charge point: 15 minutes after it was told at 08:30:17."""
        profile = last(charging(yard, offset_s=offset_s))
        assert profile["chargingProfileKind"] == "Absolute"
        assert profile["chargingSchedule"]["startSchedule"] == f"2026-03-02T{begins}Z"
        assert profile["chargingSchedule"]["chargingSchedulePeriod"] == [
            {"startPeriod": 0, "limit": 32.0},
            {"startPeriod": 4500, "limit": 6.0},
        ]

    def test_is_told_again_before_it_falls_and_not_earlier(self, yard) -> None:
        evse = charging(yard)
        for second in range(10, 445, 10):
            yard.settle(second)
        assert yard.told(evse) == [32.0]
        yard.settle(460)
        assert yard.told(evse) == [32.0, 32.0]
        assert yard.row(evse).falls_at == at(460 + 900)
        yard.settle(800)
        assert len(yard.told(evse)) == 2

    def test_of_a_charge_point_that_is_away_is_lent_once_it_has_fallen(self, yard) -> None:
        evse, other = charging(yard), only(yard.point())
        yard.settle(5)
        yard.leave(evse.charge_point)
        yard.start(other, 10)
        for second in range(11, 900, 60):
            yard.settle(second)
        assert yard.row(other).confirmed == 8.0
        for second in range(970, 1100, 20):
            yard.settle(second)
        assert yard.row(evse).envelope == 6.0
        assert yard.row(other).confirmed == 32.0

    @pytest.mark.parametrize("trouble", [{"offset_s": None}, {"offset_s": -3600.0}, {"periods": "1"}])
    def test_does_not_where_the_charge_point_could_not_follow(self, yard, trouble) -> None:
        evse = charging(yard, **trouble)
        assert last(evse)["chargingProfileKind"] == "Relative"
        assert len(last(evse)["chargingSchedule"]["chargingSchedulePeriod"]) == 1
        assert yard.row(evse).falls_at is None

    def test_a_low_limit_has_nowhere_to_fall(self, yard) -> None:
        yard = Yard(limit_a=6.0)
        evse = charging(yard, amperes=6.0)
        assert len(last(evse)["chargingSchedule"]["chargingSchedulePeriod"]) == 1
