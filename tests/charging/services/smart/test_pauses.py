"""Pauses and limits on charge points with few stack levels."""

from __future__ import annotations

import pytest

from chargers.models import Command, Evse
from charging.services.pausing import pause_charge, resume_charge
from tests.charging.services.smart.yard import Yard, at, only

pytestmark = pytest.mark.django_db


def charging(yard: Yard, levels: str, **fields) -> Evse:
    point = yard.point(**fields)
    if levels:
        yard.tell_key(point, "ChargeProfileMaxStackLevel", levels)
    evse = only(point)
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == 32.0
    return evse


def level_of(command: Command) -> int:
    return int(command.payload["csChargingProfiles"]["stackLevel"])


@pytest.mark.parametrize(("levels", "limit", "pause"), [("0", 0, 0), ("1", 0, 1), ("8", 0, 8), ("", 0, 2)])
def test_limit_and_pause_use_levels_that_the_charge_point_has(levels, limit, pause) -> None:
    yard = Yard()
    evse = charging(yard, levels)
    assert level_of(Command.objects.latest("pk")) == limit
    assert level_of(pause_charge(evse=evse, now=at(10))) == pause


def test_a_pause_below_which_the_limit_lies_lends_its_power() -> None:
    yard = Yard(limit_a=40.0)
    evse = charging(yard, "1")
    pause_charge(evse=evse, now=at(10))
    yard.answer_all(11)
    yard.settle(12)
    assert yard.told(evse)[-1] == 0.0
    assert yard.row(evse).confirmed == 0.0


@pytest.mark.parametrize("quirk", [False, True])
def test_a_pause_in_the_place_of_the_limit_is_not_overwritten(quirk) -> None:
    yard = Yard(limit_a=40.0)
    switches = {"quirk_switches": {"base_stack_level": True}} if quirk else {}
    evse = charging(yard, "" if quirk else "0", **switches)
    pause_charge(evse=evse, now=at(10))
    yard.answer_all(11)
    before = yard.told(evse)
    yard.settle(60)
    assert yard.told(evse) == before
    assert yard.row(evse).envelope == 0.0, "and what it left is lent"


def test_resuming_there_does_not_bring_the_old_limit_back() -> None:
    yard = Yard(limit_a=40.0)
    evse, other = charging(yard, "0"), only(yard.point())
    pause_charge(evse=evse, now=at(10))
    yard.answer_all(11)
    yard.settle(60)
    yard.start(other, 61)
    yard.settle(62)
    assert yard.row(other).confirmed == 32.0
    resume_charge(evse=evse, now=at(100))
    set_again = yard.answer(evse.charge_point, 101)[0]["csChargingProfiles"]["chargingSchedule"]
    assert set_again["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 0.0}]
    for second in range(102, 200, 10):
        yard.settle(second)
    assert (yard.row(evse).confirmed, yard.row(other).confirmed) == (20.0, 20.0)


def test_resuming_there_after_smart_charging_was_switched_off_clears_the_pause() -> None:
    yard = Yard(limit_a=40.0)
    evse = charging(yard, "0")
    pause_charge(evse=evse, now=at(10))
    yard.answer_all(11)
    type(yard.site).objects.update(smart_charging_enabled=False)
    evse.refresh_from_db()
    command = resume_charge(evse=Evse.objects.get(pk=evse.pk), now=at(100))
    assert (command.action, command.payload) == ("ClearChargingProfile", {"id": 910_001})
