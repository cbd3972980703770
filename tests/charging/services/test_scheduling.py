from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import ChargePointState, Command, Evse, EvseState
from chargers.services.groups import set_members
from charging.models import Pause, Transaction
from charging.ocpp.v16.table import COMMANDS
from charging.services.pausing import pause_charge, resume_charge
from charging.services.scheduling import AGAIN, SCHEDULE, enforce_schedules
from evkit.core.recorders import Actor
from sites.models import ScheduleGroup, Site
from sites.services.schedules import delete_group
from sites.types import AtEnd
from tests.chargers.exchange import Socket
from tests.factories import TransactionFactory

DAY = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "18:00"}
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # a Monday, 12:00 in Paris
EVENING = NOON + timedelta(hours=7)
MORNING = NOON + timedelta(hours=20)  # 08:00 on Tuesday
CLAIRE = Actor(None, "claire")


@pytest.fixture
def socket(charge_point) -> Socket:
    return Socket(charge_point, COMMANDS)


@pytest.fixture
def evse(charge_point) -> Evse:
    evse = charge_point.evses.get(number=1)
    EvseState.objects.filter(pk=evse.pk).update(status="Charging")
    return evse


@pytest.fixture
def group(charge_point, evse) -> ScheduleGroup:
    group = ScheduleGroup.objects.create(site=charge_point.site, number=1, name="Day", ranges=[DAY])
    evse.groups.add(group)
    return group


@pytest.fixture
def charge(evse, group) -> Transaction:
    return TransactionFactory(evse=evse, started_at=NOON)


def accept(socket: Socket, at: datetime = EVENING) -> Command:
    """Let the charge point accept what is asked of it."""
    claim = socket.expect(now=at)
    socket.confirm(claim, {"status": "Accepted"})
    return Command.objects.get(calls=claim.call_id)


class TestPeculiarChargePoint:
    def test_a_charge_that_would_not_start_again_is_paused_instead_of_stopped(
        self, socket, charge, group
    ) -> None:
        ScheduleGroup.objects.filter(pk=group.pk).update(at_end=AtEnd.STOP)
        ChargePointState.objects.update(vendor="ZJBENY")
        assert enforce_schedules(now=EVENING) == 1
        assert accept(socket).action == "SetChargingProfile"
        assert Pause.objects.in_force().filter(transaction=charge).exists()


class TestPause:
    def test_a_charge_pauses_once_when_its_schedule_ends(self, socket, charge) -> None:
        assert enforce_schedules(now=NOON) == 0
        assert enforce_schedules(now=EVENING) == 1
        assert accept(socket).reason == "Day"
        assert enforce_schedules(now=EVENING + timedelta(hours=1)) == 0
        assert Pause.objects.in_force().get().paused_name == SCHEDULE.name

    def test_it_goes_on_when_the_schedule_begins_again(self, socket, charge) -> None:
        enforce_schedules(now=EVENING)
        accept(socket)
        assert enforce_schedules(now=MORNING) == 1
        accept(socket, MORNING)
        assert not Pause.objects.in_force().exists()

    def test_one_that_starts_outside_waits_for_its_schedule(self, evse, group) -> None:
        TransactionFactory(evse=evse, started_at=EVENING)
        assert enforce_schedules(now=EVENING, evse_ids=[evse.pk]) == 1

    def test_somebody_who_lets_it_go_on_is_not_overruled(self, socket, charge, evse) -> None:
        enforce_schedules(now=EVENING)
        accept(socket)
        resume_charge(evse=evse, now=EVENING + timedelta(minutes=5), actor=CLAIRE)
        accept(socket)
        assert enforce_schedules(now=EVENING + timedelta(hours=1)) == 0

    def test_a_pause_that_somebody_asked_for_is_not_ended(self, socket, charge, evse) -> None:
        pause_charge(evse=evse, now=NOON, actor=CLAIRE)
        accept(socket, NOON)
        assert enforce_schedules(now=MORNING) == 0
        assert Pause.objects.in_force().exists()

    @pytest.mark.parametrize("parting", ["the group is deleted", "the connector leaves it"])
    def test_it_goes_on_without_the_group(self, socket, charge, evse, group, parting) -> None:
        enforce_schedules(now=EVENING)
        accept(socket)
        if parting == "the group is deleted":
            delete_group(group=group, actor=CLAIRE)
        else:
            set_members(group=group, evse_ids=[], actor=CLAIRE)
        soon = EVENING + AGAIN + timedelta(seconds=1)
        assert enforce_schedules(now=soon) == 1
        assert accept(socket, soon).reason == "Day"
        assert not Pause.objects.in_force().exists()
        assert enforce_schedules(now=soon + timedelta(hours=1)) == 0

    def test_without_groups_what_somebody_paused_stays_paused(self, socket, charge, evse, group) -> None:
        pause_charge(evse=evse, now=NOON, actor=CLAIRE)
        accept(socket, NOON)
        delete_group(group=group, actor=CLAIRE)
        assert enforce_schedules(now=EVENING) == 0
        assert Pause.objects.in_force().exists()

    def test_a_refusal_is_asked_again_later(self, socket, charge) -> None:
        enforce_schedules(now=EVENING)
        socket.confirm(socket.expect(now=EVENING), {"status": "Rejected"})
        assert enforce_schedules(now=EVENING + timedelta(seconds=30)) == 0
        assert enforce_schedules(now=EVENING + AGAIN + timedelta(seconds=1)) == 1

    def test_smart_charging_shares_the_power_itself(self, charge) -> None:
        Site.objects.update(smart_charging_enabled=True)
        assert enforce_schedules(now=EVENING) == 0


class TestOtherEnds:
    def test_a_charge_may_finish(self, charge, group) -> None:
        ScheduleGroup.objects.update(at_end=AtEnd.FINISH)
        assert enforce_schedules(now=EVENING) == 0

    def test_a_charge_is_stopped_once(self, socket, charge, group) -> None:
        ScheduleGroup.objects.update(at_end=AtEnd.STOP)
        assert enforce_schedules(now=EVENING) == 1
        assert enforce_schedules(now=EVENING + timedelta(seconds=10)) == 0
        claim = socket.expect(now=EVENING)
        assert (claim.action, claim.payload) == ("RemoteStopTransaction", {"transactionId": charge.number})

    def test_one_that_starts_outside_is_paused_not_stopped(self, evse, group) -> None:
        ScheduleGroup.objects.update(at_end=AtEnd.STOP)
        TransactionFactory(evse=evse, started_at=EVENING)
        assert enforce_schedules(now=EVENING + timedelta(minutes=1)) == 1
        assert Command.objects.get().action == "SetChargingProfile"
