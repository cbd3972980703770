from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import Command, ConfigurationKey
from chargers.ocpp.v16.configuration_keys import STANDARD_KEYS
from chargers.services.calls import Claim
from chargers.services.commands import queue_command
from chargers.services.deviations import count_deviations
from chargers.types import CommandState
from tests.chargers.exchange import NOW, Socket, codes, going_on
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def charge_point():
    return ChargePointFactory()


def ask(charge_point, *keys):
    payload = {"key": list(keys)} if keys else {}
    return queue_command(charge_point=charge_point, action="GetConfiguration", payload=payload, now=NOW)


def entry(key, value="10", *, readonly=False):
    return {"key": key, "value": value, "readonly": readonly}


def answer_all(claim):
    return {"configurationKey": [entry(key) for key in claim.payload["key"]]}


class TestGetConfiguration:
    def test_a_full_answer_is_stored(self, charge_point):
        command = ask(charge_point)
        socket = Socket(charge_point)
        claim = socket.expect()
        assert claim.payload == {}
        payload = {
            "configurationKey": [entry("HeartbeatInterval", "300"), {"key": "Vendor.X", "readonly": True}],
            "unknownKey": ["Nonsense"],
        }
        assert socket.confirm(claim, payload) is None
        command.refresh_from_db()
        rows = ConfigurationKey.objects.filter(charge_point=charge_point)
        assert list(rows.values_list("key", "value", "readonly", "known")) == [
            ("HeartbeatInterval", "300", False, True),
            ("Nonsense", None, False, False),
            ("Vendor.X", None, True, True),
        ]
        assert rows[0].reported_at == NOW + timedelta(seconds=1)
        assert (command.state, command.response) == (CommandState.ACCEPTED, payload)

    def test_a_later_answer_replaces_the_values(self, charge_point):
        socket = Socket(charge_point)
        for value in ("300", "60"):
            ask(charge_point, "HeartbeatInterval")
            socket.confirm(socket.expect(), {"configurationKey": [entry("HeartbeatInterval", value)]})
        assert ConfigurationKey.objects.get().value == "60"

    def test_asks_no_more_keys_at_once_than_the_charge_point_takes(self, charge_point):
        ConfigurationKey.objects.create(
            charge_point=charge_point, key="GetConfigurationMaxKeys", value="2", reported_at=NOW
        )
        command = ask(charge_point, "A", "B", "C", "D", "E")
        socket = Socket(charge_point)
        claim: Claim | None = socket.expect()
        asked = []
        while claim:
            asked.append(claim.payload["key"])
            claim = socket.confirm(claim, answer_all(claim))
        command.refresh_from_db()
        assert asked == [["A", "B"], ["C", "D"], ["E"]]
        assert [each["key"] for each in command.response["configurationKey"]] == ["A", "B", "C", "D", "E"]
        assert command.calls.count() == 3

    def test_a_full_request_left_unanswered_is_repeated_in_small_chunks(self, charge_point):
        command = ask(charge_point)
        socket = Socket(charge_point)
        claim = socket.ignore(socket.expect())
        assert codes(socket.batch) == ["get-configuration-unanswered"]
        assert going_on(claim).payload == {"key": list(STANDARD_KEYS[:4])}
        asked = 0
        while claim:
            asked += 1
            claim = socket.confirm(claim, answer_all(claim))
        command.refresh_from_db()
        assert asked == -(-len(STANDARD_KEYS) // 4)
        assert command.state == CommandState.ACCEPTED
        assert ConfigurationKey.objects.count() == len(STANDARD_KEYS)

    def test_the_next_full_request_is_chunked_from_the_start(self, charge_point):
        socket = Socket(charge_point)
        ask(charge_point)
        socket.ignore(socket.expect())
        count_deviations(socket.batch.deviations, now=NOW)
        Command.objects.all().delete()
        ConfigurationKey.objects.create(
            charge_point=charge_point, key=STANDARD_KEYS[0], known=False, reported_at=NOW
        )
        ask(charge_point)
        assert socket.expect().payload == {"key": list(STANDARD_KEYS[1:5])}

    def test_a_chunk_left_unanswered_ends_the_command(self, charge_point):
        command = ask(charge_point)
        socket = Socket(charge_point)
        claim = going_on(socket.ignore(socket.expect()))
        assert socket.ignore(claim) is None
        command.refresh_from_db()
        assert command.state == CommandState.TIMED_OUT

    def test_a_refused_chunk_is_asked_key_by_key(self, charge_point):
        command = ask(charge_point, "A", "B", "C")
        socket = Socket(charge_point)
        claim = going_on(socket.refuse(socket.expect(), "InternalError"))
        assert claim.payload == {"key": ["A"]}
        claim = going_on(socket.confirm(claim, answer_all(claim)))
        assert claim.payload == {"key": ["B"]}
        claim = going_on(socket.refuse(claim, "InternalError"))
        assert claim.payload == {"key": ["C"]}
        assert socket.confirm(claim, {"unknownKey": ["C"]}) is None
        command.refresh_from_db()
        assert command.response == {"configurationKey": [entry("A")], "unknownKey": ["C"]}

    def test_a_secret_is_never_kept(self, charge_point):
        command = ask(charge_point, "AuthorizationKey")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"configurationKey": [entry("AuthorizationKey", "hush-hush")]})
        command.refresh_from_db()
        assert ConfigurationKey.objects.get().value is None
        assert "hush" not in repr([command.response, list(command.calls.values())])
