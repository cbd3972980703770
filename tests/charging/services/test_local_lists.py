from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chargers.models import ChargePointState, Command, CommandCall, ConfigurationKey
from chargers.ocpp.commanding import Again, Answer, Done
from chargers.ocpp.handling import Batch
from chargers.ocpp.v16.messages import GetLocalListVersionConf
from chargers.types import CommandState
from charging.models import IdToken, LocalList
from charging.ocpp.v16.table import COMMANDS
from charging.services.local_lists import UnableToSendListError, keep_list, keep_lists, send_list
from charging.tasks import keep_local_lists
from evkit.celery import app
from tests.charging.ocpp.desk import NOW
from tests.factories import IdTokenFactory


@pytest.fixture
def point(charge_point, tag):
    return charge_point


def answered(command: Command, **answer):
    """Carry a command through the answers that a pump would bring; return the payloads that were sent."""
    sent, payload = [], command.payload
    while payload is not None:
        CommandCall.objects.create(command=command, message_id=str(uuid4()), request=payload, sent_at=NOW)
        sent.append(payload)
        outcome = COMMANDS[command.action].on_answer(command, Answer(request=payload, **answer), Batch(NOW))
        payload = outcome.payload if isinstance(outcome, Again) else None
    assert isinstance(outcome, Done)
    Command.objects.filter(pk=command.pk).update(state=outcome.state, effect=outcome.effect, finished_at=NOW)
    return sent


def status(command: Command, value: str):
    return answered(command, message=object(), payload={"status": value})


def tell_version(version: int) -> None:
    command = Command.objects.filter(action="GetLocalListVersion").latest("pk")
    message = GetLocalListVersionConf(list_version=version)
    answered(command, message=message, payload={"listVersion": version})


def row() -> LocalList:
    return LocalList.objects.get()


class TestSending:
    def test_an_unknown_list_is_replaced_and_read_back(self, point):
        command = send_list(charge_point=point, full=False, now=NOW)
        assert command.payload["updateType"] == "Full"
        status(command, "Accepted")
        tell_version(1)
        command.refresh_from_db()
        assert (row().state, row().version, len(row().entries or []), command.effect) == (
            "known",
            1,
            1,
            "seen",
        )

    def test_a_known_list_is_amended(self, point, tag):
        status(send_list(charge_point=point, full=True, now=NOW), "Accepted")
        IdTokenFactory(value="NEW")
        IdToken.objects.filter(pk=tag.pk).delete()
        command = send_list(charge_point=point, full=False, now=NOW)
        assert command.payload == {
            "listVersion": 2,
            "updateType": "Differential",
            "localAuthorizationList": [
                {"idTag": "B4A63CDF2212"},
                {"idTag": "NEW", "idTagInfo": {"status": "Accepted"}},
            ],
        }

    def test_it_is_cut_to_what_the_charge_point_takes(self, point):
        ConfigurationKey.objects.create(
            charge_point=point, key="SendLocalListMaxLength", value="1", reported_at=NOW
        )
        IdTokenFactory(value="NEW")
        sent = status(send_list(charge_point=point, full=True, now=NOW), "Accepted")
        assert [message["listVersion"] for message in sent] == [1, 2]
        assert (row().version, len(row().entries or [])) == (2, 2)

    def test_a_mismatch_sends_the_whole_list_once(self, point):
        status(send_list(charge_point=point, full=True, now=NOW), "Accepted")
        IdTokenFactory(value="NEW")
        sent = status(send_list(charge_point=point, full=False, now=NOW), "VersionMismatch")
        assert [message["updateType"] for message in sent] == ["Differential", "Full"]
        assert (row().state, row().answer) == ("failed", "VersionMismatch")

    def test_nothing_is_sent_twice_or_without_a_change(self, point):
        command = send_list(charge_point=point, full=True, now=NOW)
        with pytest.raises(UnableToSendListError):
            send_list(charge_point=point, full=True, now=NOW)
        status(command, "Accepted")
        with pytest.raises(UnableToSendListError):
            send_list(charge_point=point, full=False, now=NOW)

    def test_without_an_answer_the_contents_are_unknown_and_the_version_is_read(self, point):
        answered(send_list(charge_point=point, full=True, now=NOW))
        assert (row().state, row().entries) == ("unknown", None)
        assert Command.objects.latest("pk").action == "GetLocalListVersion"

    @pytest.mark.parametrize(("answer", "expected"), [("Failed", "failed"), ("NotSupported", "unsupported")])
    def test_a_refusal_is_told(self, point, answer, expected):
        status(send_list(charge_point=point, full=True, now=NOW), answer)
        assert (row().state, row().answer) == (expected, answer)


class TestVersion:
    @pytest.mark.parametrize(
        ("version", "state", "entries"), [(-1, "unsupported", None), (0, "known", []), (7, "foreign", None)]
    )
    def test_it_tells_what_is_known(self, point, version, state, entries):
        Command.objects.create(
            charge_point=point, action="GetLocalListVersion", payload={}, created_at=NOW, deadline=NOW
        )
        tell_version(version)
        assert (row().state, row().version, row().entries) == (state, version, entries)


class TestKeeping:
    @pytest.fixture
    def kept(self, point):
        ChargePointState.objects.filter(pk=point.pk).update(connected=True)
        return keep_list(charge_point=point, kept=True)

    def actions(self):
        return list(Command.objects.order_by("pk").values_list("action", flat=True))

    def test_it_reads_then_sends_then_rests(self, kept):
        keep_lists(now=NOW)
        keep_lists(now=NOW)
        assert self.actions() == ["GetLocalListVersion"]
        tell_version(0)
        keep_lists(now=NOW)
        status(Command.objects.latest("pk"), "Accepted")
        tell_version(1)
        keep_lists(now=NOW)
        assert self.actions() == ["GetLocalListVersion", "SendLocalList", "GetLocalListVersion"]

    def test_a_boot_makes_it_read_again(self, kept, point):
        keep_lists(now=NOW)
        tell_version(0)
        ChargePointState.objects.filter(pk=point.pk).update(booted_at=NOW + timedelta(minutes=1))
        keep_lists(now=NOW + timedelta(minutes=2))
        assert self.actions()[-1] == "GetLocalListVersion"

    def test_what_was_never_sent_is_asked_again(self, kept, point):
        command = send_list(charge_point=point, full=True, now=NOW)
        Command.objects.filter(pk=command.pk).update(state=CommandState.EXPIRED)
        keep_lists(now=NOW)
        assert (row().state, self.actions()) == ("unknown", ["SendLocalList", "GetLocalListVersion"])

    def test_an_update_whose_command_was_removed_is_asked_again(self, kept, point):
        send_list(charge_point=point, full=True, now=NOW)
        Command.objects.all().delete()
        keep_lists(now=NOW)
        assert (row().state, self.actions()) == ("unknown", ["GetLocalListVersion"])

    def test_a_refused_list_rests(self, kept, point):
        status(send_list(charge_point=point, full=True, now=NOW), "Failed")
        before = self.actions()
        keep_lists(now=NOW + timedelta(minutes=1))
        assert self.actions() == before

    def test_it_is_run_regularly(self):
        assert keep_local_lists.name in [entry["task"] for entry in app.conf.beat_schedule.values()]
