"""The operating mode of a charge point decides how it is told its limits."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.models import ChargePoint, Command
from charging.models import ConnectorLimit
from charging.services.smart.modes import known_mode
from tests.charging.services.smart.yard import Yard, only

pytestmark = pytest.mark.django_db


def profiles(point: ChargePoint, purpose: str) -> list[dict[str, Any]]:
    found = Command.objects.filter(charge_point=point, action="SetChargingProfile").order_by("pk")
    sent = [command.payload["csChargingProfiles"] for command in found]
    return [each for each in sent if each["chargingProfilePurpose"] == purpose]


def test_unit_and_least_current() -> None:
    yard = Yard(limit_a=8.0)
    point = yard.point(operating_mode={"unit": "W", "minimum_a": 8})
    yard.start(only(point))
    yard.settle(0)
    last = profiles(point, "TxProfile")[-1]["chargingSchedule"]
    assert last["chargingRateUnit"] == "W"
    assert last["chargingSchedulePeriod"][0]["limit"] == pytest.approx(8 * 690.0)


def test_one_that_obeys_no_schedule_by_the_clock_gets_a_relative_one() -> None:
    yard = Yard()
    exact, relative = yard.point(), yard.point(operating_mode={"kind": "Relative"})
    for point in (exact, relative):
        yard.set_state(point, clock_offset_s=0.0)
        yard.start(only(point))
    yard.settle(0)
    assert profiles(exact, "TxProfile")[-1]["chargingProfileKind"] == "Absolute"
    assert profiles(relative, "TxProfile")[-1]["chargingProfileKind"] == "Relative"


def test_one_that_takes_no_limits_of_its_charge_is_told_by_its_default() -> None:
    yard = Yard()
    point = yard.point(operating_mode={"purposes": ["TxDefaultProfile"]})
    yard.settle(0)
    yard.start(only(point), 10)
    yard.settle(11)
    assert profiles(point, "TxProfile") == []
    told = profiles(point, "TxDefaultProfile")[-1]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
    assert told == 32.0


@pytest.mark.parametrize(("keeps", "told"), [(True, 1), (False, 2)])
def test_a_default_that_survives_a_boot_is_not_told_again(keeps: bool, told: int) -> None:
    yard = Yard()
    point = yard.point(operating_mode={"survives_reboot": keeps})
    yard.settle(0)
    yard.leave(point)
    yard.come_back(point, 60, boots=True)
    yard.set_state(point, connected=True)
    yard.settle(61)
    assert len(profiles(point, "TxDefaultProfile")) == told


def test_what_was_learned_is_part_of_the_record() -> None:
    yard = Yard()
    point = yard.point()
    yard.settle(0)
    ConnectorLimit.objects.filter(evse__charge_point=point).update(latency_s=9.0, way=1)
    record = known_mode(ChargePoint.objects.select_related("state").get(pk=point.pk))
    assert (record.mode.latency_s, record.mode.unit) == (9.0, "W")
    assert set(record.sources.values()) == {"learned"}


def test_a_unit_that_was_learned_is_used_for_the_next_charge() -> None:
    yard = Yard()
    point = yard.point()
    yard.settle(0)
    ConnectorLimit.objects.filter(evse__charge_point=point).update(way=1)
    yard.start(only(point), 10)
    yard.settle(11)
    assert profiles(point, "TxProfile")[-1]["chargingSchedule"]["chargingRateUnit"] == "W"
