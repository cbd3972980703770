from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, ChargePointState, Command, ConfigurationKey
from chargers.ocpp.v16.boot_notification import handle as handle_boot
from chargers.services.commands import queue_command
from chargers.services.connections import find_for_handshake
from chargers.services.passwords import next_password_matches, password_matches
from chargers.types import CommandState, Effect
from tests.chargers.exchange import NOW, Socket, call_of, handled
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db

KEY = "MeterValueSampleInterval"


@pytest.fixture
def charge_point():
    return ChargePointFactory()


def change(charge_point, key=KEY, value="30"):
    return queue_command(
        charge_point=charge_point,
        action="ChangeConfiguration",
        payload={"key": key, "value": value},
        now=NOW,
    )


def read_back(socket, value, *, now=NOW):
    claim = socket.expect(now=now)
    assert (claim.action, claim.payload) == ("GetConfiguration", {"key": [KEY]})
    socket.confirm(claim, {"configurationKey": [{"key": KEY, "readonly": False, "value": value}]})


class TestChangeConfiguration:
    def test_counts_as_seen_when_it_was_read_back(self, charge_point):
        command = change(charge_point, value="Energy.Active.Import.Register,SoC")
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.NOT_SEEN)
        read_back(socket, "energy.active.import.register, soc")
        command.refresh_from_db()
        assert (command.effect, command.effect_at) == (Effect.SEEN, NOW + timedelta(seconds=1))

    def test_another_value_read_back_is_not_the_effect(self, charge_point):
        command = change(charge_point)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        read_back(socket, "60")
        command.refresh_from_db()
        assert command.effect == Effect.NOT_SEEN
        assert ConfigurationKey.objects.get().value == "60"

    def test_a_reboot_required_is_remembered_and_read_back_after_it(self, charge_point):
        command = change(charge_point)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "RebootRequired"})
        assert ChargePointState.objects.get(pk=charge_point.pk).reboot_required is True
        read_back(socket, "60")
        later = NOW + timedelta(minutes=5)
        boot = {"chargePointVendor": "v", "chargePointModel": "m"}
        handled(handle_boot, [call_of(socket.link, "BootNotification", boot, at=later)], now=later)
        assert ChargePointState.objects.get(pk=charge_point.pk).reboot_required is False
        read_back(socket, "30", now=later)
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.ACCEPTED, Effect.SEEN)

    def test_no_answer_is_read_back_and_not_sent_again(self, charge_point):
        command = change(charge_point)
        socket = Socket(charge_point)
        socket.ignore(socket.expect())
        read_back(socket, "30")
        command.refresh_from_db()
        assert (command.state, command.effect) == (CommandState.TIMED_OUT, Effect.SEEN)
        assert socket.claim() is None

    def test_a_key_that_is_not_supported_is_remembered_as_unknown(self, charge_point):
        command = change(charge_point)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "NotSupported"})
        command.refresh_from_db()
        assert command.state == CommandState.REJECTED
        assert ConfigurationKey.objects.get().known is False
        assert socket.claim() is None

    @pytest.mark.parametrize("answer", ["Rejected", "error"])
    def test_a_refusal_is_final(self, charge_point, answer):
        command = change(charge_point)
        socket = Socket(charge_point)
        claim = socket.expect()
        if answer == "error":
            socket.refuse(claim, "NotImplemented")
        else:
            socket.confirm(claim, {"status": answer})
        command.refresh_from_db()
        assert command.state in {CommandState.REJECTED, CommandState.FAILED}
        assert socket.claim() is None


class TestAuthorizationKey:
    SECRET = "00112233445566778899AABBCCDDEEFF00112233"

    def test_is_sent_in_clear_stored_as_a_digest_and_kept_nowhere(self, charge_point):
        change(charge_point, "AuthorizationKey", self.SECRET)
        socket = Socket(charge_point)
        claim = socket.expect()
        assert claim.payload == {"key": "AuthorizationKey", "value": self.SECRET}
        socket.confirm(claim, {"status": "Accepted"})
        rows = [
            *Command.objects.values(),
            *ChargePoint.objects.values(),
            *Command.objects.get().calls.values(),
        ]
        assert self.SECRET not in repr(rows)
        assert "sealed:" not in repr(rows)
        facts = find_for_handshake(charge_point.identity)
        assert facts is not None
        assert next_password_matches(facts, bytes.fromhex(self.SECRET))
        assert not password_matches(facts, bytes.fromhex(self.SECRET))
        assert socket.claim() is None

    def test_may_have_been_taken_though_no_answer_came(self, charge_point):
        change(charge_point, "AuthorizationKey", self.SECRET)
        socket = Socket(charge_point)
        socket.ignore(socket.expect())
        charge_point.refresh_from_db()
        assert next_password_matches(charge_point, self.SECRET.encode())

    def test_a_refused_one_changes_no_password(self, charge_point):
        change(charge_point, "AuthorizationKey", self.SECRET)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Rejected"})
        row = ChargePoint.objects.get(pk=charge_point.pk)
        assert (row.password_digest, row.next_password_digest) == ("", "")
