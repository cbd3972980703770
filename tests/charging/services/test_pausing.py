from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chargers.models import Command, ConfigurationKey, Evse, EvseState
from chargers.ocpp.handling import Batch
from chargers.services.availability import confirm_availability
from chargers.services.commands import queue_command
from chargers.types import CommandState, Effect
from charging.models import Pause, Transaction
from charging.ocpp.v16.table import COMMANDS
from charging.services.pauses import end_pauses_of, pauses_in_force
from charging.services.pausing import UnableToPauseError, pause_charge, resume_charge
from charging.services.presumption import presume_ended
from charging.types import Flag, Obstacle
from evkit.core.recorders import Actor, Deed, recorders
from tests.chargers.exchange import Socket
from tests.factories import TransactionFactory

NOW = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)
CLAIRE = Actor(None, "claire")
BATCH_OF = {"batch": 7}


@pytest.fixture
def socket(charge_point) -> Socket:
    return Socket(charge_point, COMMANDS)


@pytest.fixture
def evse(charge_point) -> Evse:
    return charge_point.evses.get(number=1)


@pytest.fixture
def running(evse) -> Transaction:
    EvseState.objects.filter(pk=evse.pk).update(status="Charging")
    return TransactionFactory(evse=evse)


def pause(socket, evse, *, status="Accepted", **more) -> Command:
    """Queue a pause, send it and answer it."""
    command = pause_charge(evse=evse, now=NOW, actor=CLAIRE, **more)
    socket.confirm(socket.expect(), {"status": status})
    command.refresh_from_db()
    return command


def resume(socket, evse, *, status="Accepted") -> Command:
    command = resume_charge(evse=evse, now=NOW, actor=Actor(None, "marc"))
    socket.confirm(socket.expect(), {"status": status})
    command.refresh_from_db()
    return command


def limit(socket, evse, watts, *, purpose="TxDefaultProfile", level=1) -> None:
    """Set another limit, as an operator or smart charging does."""
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": watts}]}
    profile = {
        "chargingProfileId": 4711,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    }
    payload = {"connectorId": evse.number, "csChargingProfiles": profile}
    queue_command(charge_point=evse.charge_point, action="SetChargingProfile", payload=payload, now=NOW)
    socket.confirm(socket.expect(), {"status": "Accepted"})


def limit_w(evse) -> float | None:
    return EvseState.objects.get(pk=evse.pk).limit_w


def report(evse, status) -> None:
    EvseState.objects.filter(pk=evse.pk).update(status=status)
    confirm_availability({evse.charge_point_id}, Batch(NOW + timedelta(seconds=5)))


class TestPauseCharge:
    def test_sends_a_limit_of_zero_for_the_running_transaction(self, evse, running):
        payload = pause_charge(evse=evse, now=NOW).payload
        profile = payload["csChargingProfiles"]
        assert payload["connectorId"] == 1
        assert profile["chargingProfilePurpose"] == "TxProfile"
        assert profile["transactionId"] == running.number
        assert profile["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 0.0}]

    def test_keeps_who_since_when_and_why(self, socket, evse, running):
        pause(socket, evse, reason="site works")
        fact = pauses_in_force([evse.pk])[evse.pk]
        assert (fact.paused_name, fact.since, fact.reason) == ("claire", NOW, "site works")
        assert fact.transaction == running

    def test_is_in_the_journal_once(self, evse, running):
        deeds: list[Deed] = []
        recorders.register(deeds.append)
        pause_charge(evse=evse, now=NOW, actor=CLAIRE, reason="works", details=BATCH_OF)
        recorders._recorders.remove(deeds.append)
        assert [(deed.actor, deed.details["reason"], deed.details["batch"]) for deed in deeds] == [
            (CLAIRE, "works", 7)
        ]

    def test_lies_on_top_of_everything_the_charge_point_can_stack(self, evse, running):
        ConfigurationKey.objects.create(
            charge_point=evse.charge_point, key="ChargeProfileMaxStackLevel", value="10", reported_at=NOW
        )
        assert pause_charge(evse=evse, now=NOW).payload["csChargingProfiles"]["stackLevel"] == 10

    @pytest.mark.parametrize(
        ("allowed", "current", "unit"),
        [
            ("", "AC", "A"),
            ("", "DC", "W"),
            ("Power", "AC", "W"),
            ("Current", "DC", "A"),
            ("Current,Power", "AC", "A"),
        ],
    )
    def test_speaks_a_unit_that_the_charge_point_takes(self, evse, running, allowed, current, unit):
        ConfigurationKey.objects.create(
            charge_point=evse.charge_point,
            key="ChargingScheduleAllowedChargingRateUnit",
            value=allowed,
            reported_at=NOW,
        )
        evse.current = current
        profile = pause_charge(evse=evse, now=NOW).payload["csChargingProfiles"]
        assert profile["chargingSchedule"]["chargingRateUnit"] == unit

    def test_needs_a_running_charge(self, evse):
        with pytest.raises(UnableToPauseError) as caught:
            pause_charge(evse=evse, now=NOW)
        assert caught.value.obstacle is Obstacle.NOT_RUNNING
        assert not Command.objects.exists()

    def test_is_asked_for_once(self, evse, running):
        pause_charge(evse=evse, now=NOW)
        with pytest.raises(UnableToPauseError) as caught:
            pause_charge(evse=evse, now=NOW)
        assert caught.value.obstacle is Obstacle.PAUSED
        assert Command.objects.count() == 1

    def test_a_refused_pause_does_not_hold_and_can_be_asked_for_again(self, socket, evse, running):
        assert pause(socket, evse, status="Rejected").state == CommandState.REJECTED
        assert pauses_in_force([evse.pk]) == {}
        assert pause(socket, evse).state == CommandState.ACCEPTED
        assert Pause.objects.filter(ended_at=None).count() == 1

    def test_a_pause_without_an_answer_may_hold(self, socket, evse, running):
        pause_charge(evse=evse, now=NOW)
        socket.ignore(socket.expect())
        assert evse.pk in pauses_in_force([evse.pk])
        resume(socket, evse)
        assert pauses_in_force([evse.pk]) == {}

    def test_its_effect_is_the_status_that_follows(self, socket, evse, running):
        command = pause(socket, evse)
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        report(evse, "Charging")
        command.refresh_from_db()
        assert command.effect == Effect.NOT_SEEN
        report(evse, "SuspendedEVSE")
        command.refresh_from_db()
        assert command.effect == Effect.SEEN


class TestResumeCharge:
    def test_clears_the_pause_and_the_limit_before_holds_again(self, socket, evse, running):
        limit(socket, evse, 16_000.0)
        pause(socket, evse)
        assert limit_w(evse) is None  # an AC connector is paused in amperes
        assert EvseState.objects.get(pk=evse.pk).limit_a == 0.0
        command = resume(socket, evse)
        assert (command.action, command.payload) == ("ClearChargingProfile", {"id": 910_001})
        assert limit_w(evse) == 16_000.0
        assert EvseState.objects.get(pk=evse.pk).limit_a is None
        assert Pause.objects.get().ended_name == "marc"

    def test_a_limit_set_during_the_pause_holds_after_it(self, socket, evse, running):
        pause(socket, evse)
        limit(socket, evse, 9_000.0, purpose="TxProfile")
        assert EvseState.objects.get(pk=evse.pk).limit_a == 0.0
        resume(socket, evse)
        assert limit_w(evse) == 9_000.0

    def test_sets_the_profile_again_that_the_pause_took_the_place_of(self, socket, evse, running):
        ConfigurationKey.objects.create(
            charge_point=evse.charge_point, key="ChargeProfileMaxStackLevel", value="1", reported_at=NOW
        )
        limit(socket, evse, 12_000.0, purpose="TxProfile", level=1)
        pause(socket, evse)
        command = resume(socket, evse)
        assert command.action == "SetChargingProfile"
        schedule = command.payload["csChargingProfiles"]["chargingSchedule"]
        assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 12_000.0}]
        assert limit_w(evse) == 12_000.0
        assert pauses_in_force([evse.pk]) == {}

    def test_its_effect_is_that_it_charges(self, socket, evse, running):
        pause(socket, evse)
        EvseState.objects.filter(pk=evse.pk).update(status="SuspendedEVSE")
        command = resume(socket, evse)
        assert command.effect == Effect.NOT_SEEN
        report(evse, "Charging")
        command.refresh_from_db()
        assert command.effect == Effect.SEEN

    def test_needs_a_pause(self, evse, running):
        with pytest.raises(UnableToPauseError) as caught:
            resume_charge(evse=evse, now=NOW)
        assert caught.value.obstacle is Obstacle.NOT_PAUSED

    def test_a_refused_resume_leaves_the_pause(self, socket, evse, running):
        pause(socket, evse)
        queued = resume_charge(evse=evse, now=NOW)
        socket.refuse(socket.expect(), "NotSupported")
        queued.refresh_from_db()
        assert queued.state == CommandState.FAILED
        assert evse.pk in pauses_in_force([evse.pk])


class TestEndOfAPause:
    def test_clearing_every_profile_ends_it(self, socket, evse, running):
        limit(socket, evse, 16_000.0)
        pause(socket, evse)
        queue_command(charge_point=evse.charge_point, action="ClearChargingProfile", payload={}, now=NOW)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        assert pauses_in_force([evse.pk]) == {}
        state = EvseState.objects.get(pk=evse.pk)
        assert (state.limit_w, state.limit_a) == (None, None)

    def test_clearing_what_lies_below_leaves_it(self, socket, evse, running):
        limit(socket, evse, 16_000.0)
        pause(socket, evse)
        payload = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile"}
        queue_command(charge_point=evse.charge_point, action="ClearChargingProfile", payload=payload, now=NOW)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        assert EvseState.objects.get(pk=evse.pk).limit_a == 0.0
        resume(socket, evse)
        assert limit_w(evse) is None

    def test_a_profile_higher_in_the_stack_ends_it(self, socket, evse, running):
        pause(socket, evse)
        limit(socket, evse, 7_000.0, purpose="TxProfile", level=3)
        assert pauses_in_force([evse.pk]) == {}
        assert limit_w(evse) == 7_000.0

    def test_it_ends_with_its_transaction(self, socket, evse, running):
        limit(socket, evse, 16_000.0)
        pause(socket, evse)
        Transaction.objects.update(ended_at=NOW)
        end_pauses_of(evse.pk, NOW)
        assert Pause.objects.get().ended_at == NOW
        assert limit_w(evse) == 16_000.0

    def test_it_ends_with_a_transaction_whose_stop_never_came(self, socket, evse, running):
        pause(socket, evse)
        assert presume_ended(running, NOW, Flag.PRESUMED_FREE)
        assert Pause.objects.get().ended_at == NOW
        assert EvseState.objects.get(pk=evse.pk).limit_a is None
