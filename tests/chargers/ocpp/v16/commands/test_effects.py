from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.ocpp.v16.status_notification import handle as handle_status
from chargers.services.commands import queue_command
from chargers.types import CommandState, Effect
from tests.chargers.exchange import NOW, Socket, call_of, codes, handled
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge_point():
    return ChargePointFactory(evses=2)


def change(charge_point, number, kind):
    return queue_command(
        charge_point=charge_point,
        action="ChangeAvailability",
        payload={"connectorId": number, "type": kind},
        now=NOW,
    )


def report(socket, number, status):
    payload = {"connectorId": number, "errorCode": "NoError", "status": status}
    handled(handle_status, [call_of(socket.link, "StatusNotification", payload)])


class TestChangeAvailability:
    def test_is_confirmed_by_the_status(self, charge_point):
        command = change(charge_point, 1, "Inoperative")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        report(socket, 2, "Unavailable")
        command.refresh_from_db()
        assert command.effect == Effect.NOT_SEEN
        report(socket, 1, "Unavailable")
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.SEEN)

    def test_scheduled_is_not_a_failure_and_waits_for_the_transaction_to_end(self, charge_point):
        command = change(charge_point, 1, "Inoperative")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Scheduled"}, after_s=0)
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        assert command.effect_deadline == NOW + timedelta(hours=24)

    def test_a_status_before_the_answer_counts(self, charge_point):
        command = change(charge_point, 1, "Inoperative")
        socket = Socket(charge_point)
        claim = socket.expect()
        report(socket, 1, "Unavailable")
        socket.confirm(claim, {"status": "Accepted"})
        command.refresh_from_db()
        assert command.effect == Effect.SEEN

    def test_a_refusal_after_a_matching_status_has_no_effect(self, charge_point):
        command = change(charge_point, 1, "Inoperative")
        socket = Socket(charge_point)
        claim = socket.expect()
        report(socket, 1, "Unavailable")
        socket.confirm(claim, {"status": "Rejected"})
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.REJECTED, Effect.NOT_APPLICABLE)

    def test_what_is_so_already_is_seen_at_once(self, charge_point):
        socket = Socket(charge_point)
        report(socket, 1, "Available")
        command = change(charge_point, 1, "Operative")
        socket.confirm(socket.expect(), {"status": "Accepted"})
        command.refresh_from_db()
        assert command.effect == Effect.SEEN

    def test_the_whole_charge_point_is_confirmed_by_connector_zero(self, charge_point):
        command = change(charge_point, 0, "Inoperative")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        report(socket, 0, "Unavailable")
        command.refresh_from_db()
        assert command.effect == Effect.SEEN

    def test_the_whole_charge_point_is_confirmed_by_all_its_connectors(self, charge_point):
        command = change(charge_point, 0, "Inoperative")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        report(socket, 1, "Unavailable")
        command.refresh_from_db()
        assert command.effect == Effect.NOT_SEEN
        report(socket, 2, "Unavailable")
        command.refresh_from_db()
        assert command.effect == Effect.SEEN


class TestTriggerMessage:
    @pytest.mark.parametrize("how", ["status", "error"])
    def test_what_is_not_implemented_is_learned(self, charge_point, how):
        command = queue_command(
            charge_point=charge_point,
            action="TriggerMessage",
            payload={"requestedMessage": "Heartbeat"},
            now=NOW,
        )
        socket = Socket(charge_point)
        claim = socket.expect()
        if how == "status":
            socket.confirm(claim, {"status": "NotImplemented"})
        else:
            socket.refuse(claim, "NotImplemented")
        command.refresh_from_db()
        assert command.state in {CommandState.REJECTED, CommandState.FAILED}
        assert codes(socket.batch) == ["trigger-not-implemented"]
        assert socket.batch.deviations[0][1].detail == "requestedMessage: Heartbeat"


class TestUnlockConnector:
    @pytest.mark.parametrize(
        ("status", "state", "learned"),
        [
            ("Unlocked", CommandState.ACCEPTED, []),
            ("UnlockFailed", CommandState.REJECTED, []),
            ("NotSupported", CommandState.REJECTED, ["unlock-not-supported"]),
        ],
    )
    def test_the_status_is_the_outcome(self, charge_point, status, state, learned):
        command = queue_command(
            charge_point=charge_point, action="UnlockConnector", payload={"connectorId": 1}, now=NOW
        )
        socket = Socket(charge_point)
        claim = socket.expect()
        socket.confirm(claim, {"status": status})
        command.refresh_from_db()
        assert (claim.timeout_s, command.state, codes(socket.batch)) == (60, state, learned)
