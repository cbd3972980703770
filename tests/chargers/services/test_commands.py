from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chargers.events import CommandChanged, CommandQueued
from chargers.models import Command, CommandCall
from chargers.ocpp.handling import Batch
from chargers.services.calls import lose_calls, lose_stale_calls
from chargers.services.commands import (
    UnableToQueueError,
    expire_commands,
    give_up_effects,
    queue_command,
)
from chargers.types import CommandState, Effect
from evkit.core.events import Event, bus
from evkit.core.recorders import Actor, Deed, recorders
from tests.chargers.exchange import NOW, Socket
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge_point():
    return ChargePointFactory(evses=2)


def queue(charge_point, action="ClearCache", payload=None, **more):
    return queue_command(charge_point=charge_point, action=action, payload=payload or {}, now=NOW, **more)


class TestQueueCommand:
    def test_returns_a_queued_row_at_once_and_tells_after_the_commit(
        self, charge_point, django_capture_on_commit_callbacks
    ):
        published: list[Event] = []
        bus.subscribe(Event, published.extend)
        with django_capture_on_commit_callbacks(execute=True):
            command = queue(
                charge_point,
                "UnlockConnector",
                {"connectorId": 2},
                actor=Actor(None, "ann"),
                reason="cable stuck",
            )
        bus.flush()
        bus.unsubscribe(published.extend)
        assert (command.state, command.evse_number) == (CommandState.QUEUED, 2)
        assert (command.requested_name, command.reason) == ("ann", "cable stuck")
        assert command.deadline == NOW + timedelta(seconds=60)
        assert CommandQueued(charge_point.pk) in published
        assert CommandChanged(command.pk, charge_point.pk, charge_point.site_id) in published

    def test_refuses_a_payload_that_breaks_the_schema_and_names_the_field(self, charge_point):
        with pytest.raises(UnableToQueueError) as caught:
            queue(charge_point, "Reset", {"type": "Softly"})
        assert caught.value.field == "type"
        assert not Command.objects.exists()

    def test_never_stores_or_journals_a_secret_in_clear(self, charge_point):
        deeds: list[Deed] = []
        recorders.register(deeds.append)
        try:
            queue(
                charge_point,
                "ChangeConfiguration",
                {"key": "AuthorizationKey", "value": "s3cret-s3cret"},
            )
        finally:
            recorders._recorders.remove(deeds.append)
        row = Command.objects.values().get()
        assert "s3cret" not in repr(row)
        assert deeds[0].details["payload"] == {"key": "AuthorizationKey", "value": "***"}


class TestClaimNext:
    def test_takes_the_oldest_queued_command_and_marks_it_sent(self, charge_point):
        first, second = queue(charge_point), queue(charge_point)
        socket = Socket(charge_point)
        claim = socket.expect()
        first.refresh_from_db()
        call = CommandCall.objects.get()
        assert (claim.command_id, claim.action, claim.payload) == (first.pk, "ClearCache", {})
        assert (claim.call_id, claim.message_id) == (call.pk, call.message_id)
        assert len(claim.message_id) == 36
        assert claim.timeout_s == 30
        assert (first.state, first.sent_at) == (CommandState.SENT, NOW)
        assert (call.connection_token, call.sent_at) == (socket.link.token, NOW)
        assert socket.batch.events == [CommandChanged(first.pk, charge_point.pk, charge_point.site_id)]
        second.refresh_from_db()
        assert second.state == CommandState.QUEUED

    def test_sends_one_command_after_the_other(self, charge_point):
        queue(charge_point)
        second = queue(charge_point)
        socket = Socket(charge_point)
        claim = socket.expect()
        assert socket.claim() is None
        assert socket.confirm(claim, {"status": "Accepted"}) is None
        assert socket.expect().command_id == second.pk

    def test_leaves_commands_whose_deadline_has_passed(self, charge_point):
        queue(charge_point)
        assert Socket(charge_point).claim(now=NOW + timedelta(seconds=60)) is None

    def test_gives_nothing_to_an_older_socket(self, charge_point):
        queue(charge_point)
        assert Socket(charge_point).claim(token=uuid4()) is None
        assert Command.objects.get().state == CommandState.QUEUED

    def test_sends_nothing_to_a_rejected_charge_point(self, charge_point):
        queue(charge_point)
        charge_point.registration = "rejected"
        charge_point.save()
        assert Socket(charge_point).claim() is None

    def test_leaves_other_charge_points_alone(self, charge_point):
        queue(ChargePointFactory())
        assert Socket(charge_point).claim() is None


class TestComplete:
    def test_an_accepting_status_finishes_the_command(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"}, after_s=2)
        command.refresh_from_db()
        assert (command.state, command.response) == (CommandState.ACCEPTED, {"status": "Accepted"})
        assert command.finished_at == NOW + timedelta(seconds=2)
        call = command.calls.get()
        assert (call.response, call.answered_at) == ({"status": "Accepted"}, NOW + timedelta(seconds=2))
        assert socket.batch.events == [CommandChanged(command.pk, charge_point.pk, charge_point.site_id)]

    def test_a_refusing_status_rejects_it(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Rejected"})
        command.refresh_from_db()
        assert command.state == CommandState.REJECTED

    def test_an_error_fails_it(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        socket.refuse(socket.expect(), "InternalError", "out of \x00memory")
        command.refresh_from_db()
        assert (command.state, command.error) == (CommandState.FAILED, "InternalError: out of memory")
        assert command.calls.get().error_code == "InternalError"

    def test_no_answer_is_a_time_out_and_never_resent(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        socket.ignore(socket.expect())
        command.refresh_from_db()
        assert command.state == CommandState.TIMED_OUT
        assert socket.claim() is None

    def test_an_answer_after_the_end_changes_nothing(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        claim = socket.expect()
        socket.ignore(claim)
        socket.confirm(claim, {"status": "Accepted"}, after_s=99)
        command.refresh_from_db()
        assert (command.state, command.response) == (CommandState.TIMED_OUT, None)


class TestLoseCalls:
    def test_the_outcome_of_calls_in_flight_is_unknown(self, charge_point):
        under_way, waiting = queue(charge_point), queue(charge_point)
        socket = Socket(charge_point)
        socket.expect()
        batch = Batch(NOW)
        assert lose_calls(charge_point.pk, batch, routes=socket.routes) == 1
        under_way.refresh_from_db()
        waiting.refresh_from_db()
        assert (under_way.state, waiting.state) == (CommandState.TIMED_OUT, CommandState.QUEUED)
        assert batch.events == [CommandChanged(under_way.pk, charge_point.pk, charge_point.site_id)]

    def test_those_on_another_connection_go_on(self, charge_point):
        queue(charge_point)
        socket = Socket(charge_point)
        socket.expect()
        assert lose_calls(charge_point.pk, Batch(NOW), routes=socket.routes, carried_by=uuid4()) == 0
        assert (
            lose_calls(charge_point.pk, Batch(NOW), routes=socket.routes, carried_by=socket.link.token) == 1
        )

    def test_a_new_connection_is_not_held_up_by_what_the_old_one_carried(self, charge_point):
        lost, waiting = queue(charge_point), queue(charge_point)
        Socket(charge_point).expect()
        assert Socket(charge_point).expect().command_id == waiting.pk
        lost.refresh_from_db()
        assert lost.state == CommandState.TIMED_OUT

    def test_a_chunked_request_is_not_continued(self, charge_point):
        command = queue(charge_point, "GetConfiguration")
        socket = Socket(charge_point)
        socket.expect()
        lose_calls(charge_point.pk, Batch(NOW), routes=socket.routes)
        command.refresh_from_db()
        assert command.state == CommandState.TIMED_OUT
        assert command.calls.count() == 1


class TestLoseStaleCalls:
    def test_ends_what_a_dead_process_left(self, charge_point):
        command = queue(charge_point)
        socket = Socket(charge_point)
        socket.expect()
        assert lose_stale_calls(Batch(NOW + timedelta(seconds=90)), routes=socket.routes) == 0
        assert lose_stale_calls(Batch(NOW + timedelta(seconds=91)), routes=socket.routes) == 1
        command.refresh_from_db()
        assert command.state == CommandState.TIMED_OUT


class TestSweeps:
    def test_commands_that_could_not_be_sent_expire(self, charge_point):
        command = queue(charge_point)
        assert expire_commands(now=NOW + timedelta(seconds=60)) == 0
        assert expire_commands(now=NOW + timedelta(seconds=61)) == 1
        command.refresh_from_db()
        assert command.state == CommandState.EXPIRED
        assert "could not be reached" in command.error

    def test_effects_that_were_not_seen_are_given_up(self, charge_point):
        command = queue(charge_point, "Reset", {"type": "Soft"})
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"}, after_s=0)
        assert give_up_effects(now=NOW + timedelta(minutes=10)) == 0
        assert give_up_effects(now=NOW + timedelta(minutes=11)) == 1
        assert give_up_effects(now=NOW + timedelta(minutes=12)) == 0
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        assert "was not seen in time" in command.error
