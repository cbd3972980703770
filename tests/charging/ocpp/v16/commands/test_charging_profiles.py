from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation

from chargers.models import ChargePointState, Command, EvseState
from chargers.ocpp.commanding import Answer
from chargers.ocpp.handling import Batch
from chargers.services.calls import Claim, complete_many
from chargers.services.commands import queue_command
from chargers.types import CommandState
from charging.models import LimitChange
from charging.ocpp.v16.table import COMMANDS
from charging.services.profiles import NO_TRANSACTION
from tests.chargers.exchange import claim_next
from tests.charging.ocpp.desk import Desk
from tests.factories import TransactionFactory

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
TOKEN = uuid4()


@pytest.fixture
def online(charge_point):
    ChargePointState.objects.update(connected=True, connection_token=TOKEN)
    return charge_point


def profile(limit=16.0, unit="A", purpose="TxDefaultProfile", **changes):
    schedule = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": schedule,
    } | changes


def claim(charge_point) -> Claim:
    claimed = claim_next(charge_point.pk, TOKEN, Batch(NOW), routes=COMMANDS)
    assert claimed is not None
    return claimed


def send(charge_point, action, payload) -> Claim:
    queue_command(charge_point=charge_point, action=action, payload=payload, now=NOW)
    return claim(charge_point)


def answer(claimed: Claim, status="Accepted", now=NOW) -> Command:
    message = object()
    reply = Answer(request=claimed.payload, message=message, payload={"status": status})
    complete_many({claimed.call_id: reply}, Batch(now), routes=COMMANDS)
    return Command.objects.get(pk=claimed.command_id)


def set_profile(charge_point, *, connector=1, status="Accepted", **changes) -> Command:
    payload = {"connectorId": connector, "csChargingProfiles": profile(**changes)}
    return answer(send(charge_point, "SetChargingProfile", payload), status)


def limits(charge_point):
    states = EvseState.objects.filter(evse__charge_point=charge_point).order_by("evse__number")
    return [(state.limit_w, state.limit_a) for state in states]


class TestSetChargingProfile:
    def test_what_is_asked_for_is_noted_when_it_is_sent(self, online):
        payload = {"connectorId": 1, "csChargingProfiles": profile(limit=11_000.0, unit="W")}
        assert send(online, "SetChargingProfile", payload).payload == payload
        state = EvseState.objects.get(evse__number=1)
        assert (state.requested_w, state.requested_a) == (11_000, None)
        assert state.requested_at is not None
        assert (state.limit_w, state.limit_at) == (None, None)

    @pytest.mark.parametrize(
        ("mode", "asked", "sent"),
        [
            ({"unit": "W"}, {"limit": 16.0}, ("TxDefaultProfile", 3, "W", 11_040.0)),
            ({"unit": "A"}, {"limit": 5_000.0, "unit": "W"}, ("TxDefaultProfile", 3, "A", 7.2)),
            ({"unit": "A"}, {"limit": 16.0}, ("TxDefaultProfile", 3, "A", 16.0)),
            ({"stack_level": 1}, {"limit": 16.0}, ("TxDefaultProfile", 1, "A", 16.0)),
            ({"stack_level": 5}, {"limit": 16.0}, ("TxDefaultProfile", 3, "A", 16.0)),
            (
                {"purposes": ["TxDefaultProfile"]},
                {"limit": 16.0, "purpose": "TxProfile", "transactionId": 7},
                ("TxDefaultProfile", 3, "A", 16.0),
            ),
        ],
    )
    def test_what_is_set_by_hand_follows_the_mode_of_the_charge_point(self, online, mode, asked, sent):
        type(online).objects.filter(pk=online.pk).update(operating_mode=mode)
        payload = {"connectorId": 1, "csChargingProfiles": profile(**{"stackLevel": 3, **asked})}
        told = send(online, "SetChargingProfile", payload).payload["csChargingProfiles"]
        schedule = told["chargingSchedule"]
        limit = schedule["chargingSchedulePeriod"][0]["limit"]
        purpose = told["chargingProfilePurpose"]
        assert (purpose, told["stackLevel"], schedule["chargingRateUnit"], limit) == sent
        assert ("transactionId" in told) == (purpose == "TxProfile")

    def test_what_is_accepted_is_the_limit(self, online):
        assert set_profile(online).state == CommandState.ACCEPTED
        state = EvseState.objects.get(evse__number=1)
        assert (state.limit_w, state.limit_a, state.limit_at) == (None, 16, NOW)
        assert limits(online)[1] == (None, None)

    @pytest.mark.parametrize("status", ["Rejected", "NotSupported"])
    def test_what_is_refused_is_not(self, online, status):
        assert set_profile(online, status=status).state == CommandState.REJECTED
        assert limits(online) == [(None, None)] * 2

    def test_a_limit_of_zero_is_a_limit(self, online):
        set_profile(online, limit=0.0)
        assert limits(online)[0] == (None, 0)

    def test_a_default_for_connector_0_limits_all(self, online):
        set_profile(online, connector=0)
        assert limits(online) == [(None, 16)] * 2

    def test_the_limit_of_the_whole_charge_point_is_nobodys(self, online):
        set_profile(online, connector=0, purpose="ChargePointMaxProfile")
        assert limits(online) == [(None, None)] * 2

    def test_a_tx_profile_gets_its_transaction(self, online):
        row = TransactionFactory(evse=online.evses.get(number=1))
        payload = {"connectorId": 1, "csChargingProfiles": profile(purpose="TxProfile")}
        sent = send(online, "SetChargingProfile", payload).payload
        assert sent["csChargingProfiles"]["transactionId"] == row.pk

    def test_a_given_transaction_stays(self, online):
        TransactionFactory(evse=online.evses.get(number=1))
        given = {
            "connectorId": 1,
            "csChargingProfiles": profile(purpose="TxProfile", transactionId=77),
        }
        assert send(online, "SetChargingProfile", given).payload == given

    def test_without_a_transaction_it_fails_and_the_next_command_goes_out(self, online):
        payload = {"connectorId": 1, "csChargingProfiles": profile(purpose="TxProfile")}
        queue_command(charge_point=online, action="SetChargingProfile", payload=payload, now=NOW)
        queue_command(charge_point=online, action="ClearChargingProfile", payload={}, now=NOW)
        with translation.override("fr"):
            assert claim(online).action == "ClearChargingProfile"
        failed = Command.objects.get(action="SetChargingProfile")
        assert failed.state == CommandState.FAILED
        assert failed.error == NO_TRANSACTION % {"connector": 1}


class TestClearChargingProfile:
    def clear(self, charge_point, status="Accepted", **criteria):
        return answer(send(charge_point, "ClearChargingProfile", criteria), status)

    @pytest.mark.parametrize(
        "criteria",
        [
            {},
            {"id": 1},
            {"connectorId": 1},
            {"chargingProfilePurpose": "TxDefaultProfile"},
            {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0},
        ],
    )
    def test_what_fits_is_forgotten(self, online, criteria):
        set_profile(online)
        assert self.clear(online, **criteria).state == CommandState.ACCEPTED
        assert limits(online)[0] == (None, None)

    @pytest.mark.parametrize(
        "criteria",
        [
            {"id": 2},
            {"connectorId": 2},
            {"chargingProfilePurpose": "TxProfile"},
            {"stackLevel": 3},
        ],
    )
    def test_what_does_not_fit_stays(self, online, criteria):
        set_profile(online)
        self.clear(online, **criteria)
        assert limits(online)[0] == (None, 16)

    def test_unknown_means_already_gone(self, online):
        set_profile(online)
        assert self.clear(online, status="Unknown").state == CommandState.ACCEPTED
        assert limits(online)[0] == (None, None)

    def test_a_default_for_all_is_forgotten_for_all(self, online):
        set_profile(online, connector=0)
        self.clear(online, connectorId=0)
        assert limits(online) == [(None, None)] * 2


class TestGetCompositeSchedule:
    def test_the_answer_is_kept(self, online):
        command = answer(send(online, "GetCompositeSchedule", {"connectorId": 1, "duration": 60}))
        assert (command.state, command.response) == (CommandState.ACCEPTED, {"status": "Accepted"})


class TestLater:
    def test_the_second_period_is_in_force_after_it_began(self, online):
        schedule = {
            "chargingRateUnit": "W",
            "startSchedule": (NOW - timedelta(hours=1)).isoformat(),
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 22_000.0},
                {"startPeriod": 1800, "limit": 7000.0},
            ],
        }
        set_profile(online, chargingSchedule=schedule, chargingProfileKind="Absolute")
        assert limits(online)[0] == (7000, None)


class TestEndOfTransaction:
    def stop(self, charge_point, row):
        stop = {"transactionId": row.pk, "meterStop": 2000, "timestamp": "2026-01-10T11:59:00Z"}
        Desk(charge_point).send("StopTransaction", stop)

    def test_a_tx_profile_ends_with_its_transaction(self, online):
        row = TransactionFactory(evse=online.evses.get(number=1))
        set_profile(online, purpose="TxProfile")
        assert limits(online)[0] == (None, 16)
        self.stop(online, row)
        assert limits(online)[0] == (None, None)

    def test_a_default_stays(self, online):
        row = TransactionFactory(evse=online.evses.get(number=1))
        set_profile(online)
        self.stop(online, row)
        assert limits(online)[0] == (None, 16)


class TestLimitHistory:
    def test_setting_and_clearing_leave_their_traces_asked_for_and_accepted(self, online):
        set_profile(online, limit=16.0)
        answer(send(online, "ClearChargingProfile", {"id": 1}), now=NOW + timedelta(minutes=5))
        changes = LimitChange.objects.order_by("pk").values_list("kind", "current_a", "reason")
        assert list(changes) == [
            ("requested", 16.0, "profile"),
            ("accepted", 16.0, "profile"),
            ("requested", None, "cleared"),
            ("accepted", None, "cleared"),
        ]
        state = EvseState.objects.get(evse__number=1)
        assert (state.requested_a, state.limit_a) == (None, None)
