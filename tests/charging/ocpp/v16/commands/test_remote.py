from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import Command, ConfigurationKey
from chargers.ocpp.commanding import Answer
from chargers.ocpp.handling import Batch
from chargers.types import CommandState, Effect
from charging.ocpp.v16.commands import remote_start_transaction, remote_stop_transaction
from tests.charging.ocpp.desk import NOW
from tests.factories import TransactionFactory

LATER = NOW + timedelta(seconds=2)
PAYLOAD = {"idTag": "b4a63cdf2212", "connectorId": 1}


def command(charge_point, action="RemoteStartTransaction", payload=PAYLOAD):
    return Command.objects.create(
        charge_point=charge_point,
        action=action,
        payload=payload,
        state=CommandState.SENT,
        created_at=NOW,
        sent_at=NOW,
        deadline=NOW,
    )


def answer(row, status="Accepted"):
    route = remote_start_transaction.ROUTE if "Start" in row.action else remote_stop_transaction.ROUTE
    payload = None if status is None else {"status": status}
    reply = Answer(request=row.payload, message=payload, payload=payload)
    return route.on_answer(row, reply, Batch(LATER))


def start(charge_point, tag, **changes):
    values = {"started_at": NOW + timedelta(seconds=1)} | changes
    return TransactionFactory(evse=charge_point.evses.get(number=1), id_token=tag, **values)


class TestRemoteStart:
    def test_accepted_is_not_started(self, charge_point):
        done = answer(command(charge_point))
        assert (done.state, done.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        assert done.effect_deadline == LATER + timedelta(seconds=120)

    def test_it_waits_as_long_as_the_charge_point(self, charge_point):
        ConfigurationKey.objects.create(
            charge_point=charge_point, key="ConnectionTimeOut", value="60", reported_at=NOW
        )
        assert answer(command(charge_point)).effect_deadline == LATER + timedelta(seconds=60)

    @pytest.mark.parametrize("value", [None, "", "soon", "0", "-5"])
    def test_a_time_out_that_says_nothing_is_the_usual_one(self, charge_point, value):
        ConfigurationKey.objects.create(
            charge_point=charge_point, key="ConnectionTimeOut", value=value, reported_at=NOW
        )
        assert answer(command(charge_point)).effect_deadline == LATER + timedelta(seconds=120)

    def test_refused_needs_no_effect(self, charge_point):
        done = answer(command(charge_point), "Rejected")
        assert (done.state, done.effect) == (CommandState.REJECTED, Effect.NOT_APPLICABLE)

    @pytest.mark.parametrize(
        ("status", "state"), [("Accepted", CommandState.ACCEPTED), (None, CommandState.TIMED_OUT)]
    )
    def test_the_start_may_come_before_the_answer_or_without_one(self, charge_point, tag, status, state):
        row = command(charge_point)
        start(charge_point, tag)
        done = answer(row, status)
        assert (done.state, done.effect) == (state, Effect.SEEN)

    def test_an_earlier_start_is_another(self, charge_point, tag):
        start(charge_point, tag, started_at=NOW - timedelta(minutes=1))
        assert answer(command(charge_point)).effect == Effect.NOT_SEEN


class TestRemoteStop:
    def stop(self, charge_point, row):
        return command(charge_point, "RemoteStopTransaction", {"transactionId": row.pk})

    def test_accepted_is_not_stopped(self, charge_point, tag):
        done = answer(self.stop(charge_point, start(charge_point, tag)))
        assert (done.state, done.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        assert done.effect_deadline == LATER + timedelta(seconds=120)

    def test_the_stop_may_come_before_the_answer(self, charge_point, tag):
        row = start(charge_point, tag, ended_at=LATER, ended_received_at=LATER)
        assert answer(self.stop(charge_point, row)).effect == Effect.SEEN

    def test_refused_needs_no_effect(self, charge_point, tag):
        done = answer(self.stop(charge_point, start(charge_point, tag)), "Rejected")
        assert done.effect == Effect.NOT_APPLICABLE
