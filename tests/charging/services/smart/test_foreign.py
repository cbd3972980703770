"""Profiles that others set or clear: what they leave behind is not known, and smart charging tells again."""

from __future__ import annotations

import pytest

from chargers.models import Command
from charging.services.smart.marks import LIMIT_ID
from tests.charging.services.smart.yard import Yard, only, profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=40.0)


@pytest.fixture
def evse(yard):
    """A connector that charges with 32 A."""
    evse = only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == 32.0
    return evse


SETS = [
    profile(16.0),
    profile(10.0, level=3),
    profile(32.0, purpose="TxProfile", number=LIMIT_ID + 1),
]
CLEARS = [
    {},
    {"id": LIMIT_ID + 1},
    {"connectorId": 1, "chargingProfilePurpose": "TxProfile"},
    {"stackLevel": 0},
]


@pytest.mark.parametrize("chosen", SETS)
def test_a_limit_set_by_hand_makes_its_own_unknown_and_is_replaced(yard, evse, chosen) -> None:
    yard.by_hand(
        evse.charge_point, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": chosen}, 60
    )
    yard.answer_all(61)
    before = len(yard.told(evse))
    yard.cycle(62)
    assert yard.row(evse).envelope == 32.0
    assert yard.row(evse).doubtful == 32.0
    assert yard.told(evse)[before:] == [32.0]


@pytest.mark.parametrize("criteria", CLEARS)
def test_a_limit_cleared_by_hand_is_set_again(yard, evse, criteria) -> None:
    yard.by_hand(evse.charge_point, "ClearChargingProfile", criteria, 60)
    yard.answer_all(61)
    before = len(yard.told(evse))
    yard.cycle(62)
    assert yard.told(evse)[before:] == [32.0]
    yard.answer_all(63)
    yard.settle(64)
    assert len(yard.told(evse)) == before + 1, "told once"


def test_what_does_not_touch_the_limit_changes_nothing(yard, evse) -> None:
    point = evse.charge_point
    whole = {"connectorId": 0, "csChargingProfiles": profile(63.0, purpose="ChargePointMaxProfile")}
    yard.by_hand(point, "SetChargingProfile", whole, 60)
    yard.by_hand(point, "ClearChargingProfile", {"id": 4711}, 60)
    yard.answer_all(61)
    before = len(yard.told(evse))
    yard.settle(62)
    assert len(yard.told(evse)) == before


def test_a_refused_one_changes_nothing(yard, evse) -> None:
    yard.by_hand(
        evse.charge_point, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile(16.0)}, 60
    )
    yard.answer_all(61, "Rejected")
    before = len(yard.told(evse))
    yard.settle(62)
    assert len(yard.told(evse)) == before


def test_while_one_is_on_its_way_all_of_the_hardware_counts(yard, evse) -> None:
    other = only(yard.point())
    yard.settle(50)
    yard.start(other, 51)
    for second in range(52, 130, 10):
        yard.settle(second)
    assert (yard.row(evse).confirmed, yard.row(other).confirmed) == (20.0, 20.0)
    yard.by_hand(
        evse.charge_point, "SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile(32.0)}, 200
    )
    before = len(yard.told(evse))
    plan = yard.cycle(201)
    assert plan is not None
    assert plan.used[0] == 52.0
    assert len(yard.told(evse)) == before, "it is told again when the other limit has arrived"


def test_one_that_lies_above_is_taken_away(yard, evse) -> None:
    payload = {"connectorId": 1, "csChargingProfiles": profile(32.0, level=5)}
    yard.by_hand(evse.charge_point, "SetChargingProfile", payload, 60)
    yard.answer_all(61)
    yard.cycle(62)
    newest = list(Command.objects.order_by("-pk").values_list("action", "payload")[:2])
    assert newest[1] == ("ClearChargingProfile", {"id": 77}), "first the other one goes"
    assert newest[0][0] == "SetChargingProfile"
    yard.settle(63)
    assert Command.objects.filter(action="ClearChargingProfile").count() == 1
    assert yard.row(evse).confirmed == 32.0


def test_a_default_set_by_hand_is_replaced_and_counts_as_unknown_until_then(yard, evse) -> None:
    idle = only(yard.point())
    yard.settle(50)
    assert yard.row(idle).default == 6.0
    payload = {"connectorId": 1, "csChargingProfiles": profile(32.0, purpose="TxDefaultProfile")}
    yard.by_hand(idle.charge_point, "SetChargingProfile", payload, 60)
    yard.answer_all(61)
    yard.cycle(62)
    assert yard.row(idle).default is None
    yard.settle(63)
    assert yard.row(idle).default == 6.0


def test_a_charge_started_with_a_profile_of_its_own_counts_with_its_hardware(yard) -> None:
    evse = only(yard.point())
    yard.settle(0)
    payload = {"connectorId": 1, "idTag": "B4A63CDF0001", "chargingProfile": profile(32.0)}
    yard.by_hand(evse.charge_point, "RemoteStartTransaction", payload, 10)
    yard.answer_all(11)
    yard.start(evse, 12)
    yard.cycle(13)
    assert yard.row(evse).envelope == 32.0
