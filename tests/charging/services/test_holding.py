"""Held charges of a site where smart charging is switched off, and on again."""

from __future__ import annotations

import pytest

from chargers.models import ChargePoint, Command, Evse
from charging.models import ChargeOverride, ConnectorLimit, Pause
from charging.services.holding import HOLD
from charging.services.overriding import end_override, override_charge
from charging.services.pausing import pause_charge, resume_charge
from charging.services.smart.balancing import rebalance_all
from charging.types import OverrideKind
from history.models import AuditEntry
from sites.models import ScheduleGroup, Site
from tests.charging.services.smart.yard import HAND, Yard, at, only

pytestmark = pytest.mark.django_db

OFF, END = 200, 3700
"""When smart charging is switched off, and when the hold ends; in s."""


@pytest.fixture(params=["8", "0"], ids=["levels above the limit", "one level"])
def yard(request) -> Yard:
    """One charge that is held for an hour, and another one."""
    yard = Yard(limit_a=40)
    for second in (0, 1):
        point = yard.point()
        yard.tell_key(point, "ChargeProfileMaxStackLevel", request.param)
        yard.start(only(point), second)
    yard.settle(60)
    hold(held(yard))
    yard.settle(101)
    assert yard.told(held(yard))[-1] == 0
    return yard


def hold(evse: Evse, seconds: float = 100) -> ChargeOverride:
    return override_charge(
        evse=evse, kind=OverrideKind.HOLD, until=at(END), reason="the driver is late", now=at(seconds),
        actor=HAND,
    )  # fmt: skip


def held(yard: Yard) -> Evse:
    return only(ChargePoint.objects.get(pk=min(yard.sockets)))


def other(yard: Yard) -> Evse:
    return only(ChargePoint.objects.get(pk=max(yard.sockets)))


def switch(yard: Yard, seconds: float, *, on: bool = False) -> None:
    Site.objects.update(smart_charging_enabled=on)
    sweep(yard, seconds)


def sweep(yard: Yard, seconds: float, status: str = "Accepted") -> None:
    """Let the sweep pass and charge points answer, until nothing is sent any more."""
    for _round in range(8):
        rebalance_all(now=at(seconds))
        if not yard.answer_all(seconds, status):
            return


def sent(evse: Evse, since: float = OFF) -> list[tuple[str, float | int]]:
    """What a charge point was told: limits by their value, clearing by its id."""
    commands = Command.objects.filter(charge_point=evse.charge_point, created_at__gte=at(since))
    return [(row.action, told(row)) for row in commands.order_by("pk")]


def told(command: Command) -> float | int:
    profile = command.payload.get("csChargingProfiles")
    if profile is None:
        return int(command.payload["id"])
    return float(profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"])


def paused() -> list[str]:
    return list(Pause.objects.in_force().values_list("paused_name", flat=True))


class TestSwitchingOff:
    def test_a_held_charge_is_paused_before_its_limit_is_taken_back(self, yard) -> None:
        switch(yard, OFF)
        assert sent(held(yard)) == [
            ("SetChargingProfile", 0.0), ("ClearChargingProfile", 920_001), ("ClearChargingProfile", 930_001),
        ]  # fmt: skip
        assert sent(other(yard)) == [("ClearChargingProfile", 920_001), ("ClearChargingProfile", 930_001)]
        pause = Pause.objects.get()
        assert (pause.evse, pause.paused_name, pause.reason) == (held(yard), HOLD.name, "the driver is late")
        assert not ConnectorLimit.objects.exists()

    def test_the_pause_is_in_the_journal_with_reason_and_end(self, yard) -> None:
        switch(yard, OFF)
        entry = AuditEntry.objects.get(user_name=HOLD.name)
        assert entry.details["reason"] == "the driver is late"
        assert entry.details["until"] == at(END).isoformat()

    def test_where_the_pause_is_refused_the_limit_of_nothing_stays(self, yard) -> None:
        Site.objects.update(smart_charging_enabled=False)
        sweep(yard, OFF, "Rejected")
        sweep(yard, OFF + 60)
        assert sent(held(yard)) == [("SetChargingProfile", 0.0)]
        sweep(yard, OFF + 130)
        assert sent(held(yard))[1:] == [
            ("SetChargingProfile", 0.0), ("ClearChargingProfile", 920_001), ("ClearChargingProfile", 930_001),
        ]  # fmt: skip

    def test_a_charge_point_that_is_away_is_told_once_it_is_back(self, yard) -> None:
        point = held(yard).charge_point
        yard.leave(point)
        switch(yard, OFF)
        assert sent(held(yard)) == []
        yard.come_back(point, 500)
        sweep(yard, 501)
        assert sent(held(yard))[0] == ("SetChargingProfile", 0.0)
        assert paused() == [HOLD.name]

    def test_one_that_leaves_the_site_stays_held_as_well(self, yard) -> None:
        ChargePoint.objects.filter(pk=held(yard).charge_point_id).update(site=None)
        sweep(yard, OFF)
        assert sent(held(yard))[0] == ("SetChargingProfile", 0.0)
        assert paused() == [HOLD.name]

    def test_what_somebody_paused_by_hand_is_left_to_him(self, yard) -> None:
        pause_charge(evse=held(yard), now=at(150), actor=HAND)
        yard.answer_all(151)
        switch(yard, OFF)
        assert paused() == [HAND.name]
        sweep(yard, END + 1)
        assert paused() == [HAND.name]


class TestTheEnd:
    def test_the_charge_goes_on_at_the_end_of_its_hold(self, yard) -> None:
        switch(yard, OFF)
        sweep(yard, END - 1)
        assert paused() == [HOLD.name]
        sweep(yard, END + 1)
        assert paused() == []
        assert sent(held(yard), END) == [("ClearChargingProfile", 910_001)]

    def test_it_goes_on_at_once_when_the_hold_is_taken_back(self, yard) -> None:
        switch(yard, OFF)
        end_override(evse=held(yard), now=at(400), actor=HAND)
        yard.answer_all(400)
        assert paused() == []

    def test_who_resumes_the_charge_ends_the_hold(self, yard) -> None:
        switch(yard, OFF)
        resume_charge(evse=held(yard), now=at(400), actor=HAND)
        yard.answer_all(400)
        sweep(yard, 410)
        row = ChargeOverride.objects.get()
        assert (paused(), row.ended_at, row.ended_name) == ([], at(410), HAND.name)
        hold_again = Pause.objects.count()
        switch(yard, 420, on=True)
        switch(yard, 500)
        assert Pause.objects.count() == hold_again

    def test_it_ends_with_its_charge(self, yard) -> None:
        switch(yard, OFF)
        yard.stop(held(yard).transactions.get(), 300)
        yard.start(held(yard), 310)
        sweep(yard, 320)
        assert (paused(), sent(held(yard), 300)) == ([], [])

    def test_a_schedule_that_bars_the_charge_by_then_keeps_it(self, yard) -> None:
        switch(yard, OFF)
        group = ScheduleGroup.objects.create(site=yard.site, number=1, name="Never", ranges=[])
        held(yard).groups.add(group)
        sweep(yard, END + 1)
        assert paused() == [HOLD.name]
        group.delete()
        sweep(yard, END + 20)
        assert paused() == []


class TestSwitchingOnAgain:
    def test_it_stays_held_and_goes_on_with_its_share(self, yard) -> None:
        switch(yard, OFF)
        switch(yard, 300, on=True)
        assert yard.row(held(yard)).target == 0
        end_override(evse=held(yard), now=at(400), actor=HAND)
        for second in range(400, 600, 10):
            sweep(yard, second)
        assert paused() == []
        assert (yard.row(held(yard)).confirmed, yard.row(other(yard)).confirmed) == (20, 20)

    def test_off_once_more_it_is_still_paused(self, yard) -> None:
        switch(yard, OFF)
        switch(yard, 300, on=True)
        switch(yard, 500)
        assert paused() == [HOLD.name]
        assert Pause.objects.count() == 1
