from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chargers.events import ChargePointChanged, CommandChanged
from chargers.models import Boot, ChargePointState, Command
from chargers.ocpp.v16.boot_notification import handle
from chargers.services.commands import queue_command
from chargers.types import Effect
from tests.chargers.exchange import NOW, Socket, call_of, handled, link_of
from tests.factories import ChargePointFactory, TransactionFactory

pytestmark = pytest.mark.django_db

FACTS = {
    "chargePointVendor": "ACME",
    "chargePointModel": "Twin 22",
    "chargePointSerialNumber": "S-1",
    "chargeBoxSerialNumber": "B-1",
    "firmwareVersion": "1.4.2",
    "iccid": "8933",
    "imsi": "20801",
    "meterType": "M3",
    "meterSerialNumber": "M-9",
}


def boot(link, payload=None, *, now=NOW):
    answers, batch = handled(handle, [call_of(link, "BootNotification", payload or FACTS, at=now)], now=now)
    return json.loads(answers[0]), batch


class TestBootNotification:
    def test_answers_with_the_time_the_interval_and_accepted(self):
        charge_point = ChargePointFactory(heartbeat_interval_s=300)
        link = link_of(charge_point, booted=False)
        answer, batch = boot(link)
        assert answer == {"currentTime": "2026-03-02T08:30:15Z", "interval": 300, "status": "Accepted"}
        assert link.booted is True
        assert batch.events == [ChargePointChanged(charge_point.pk, charge_point.site_id)]

    @pytest.mark.parametrize(
        ("registration", "status"),
        [("pending", "Pending"), ("rejected", "Rejected"), ("accepted", "Accepted")],
    )
    def test_the_registry_decides_the_status(self, registration, status):
        charge_point = ChargePointFactory(registration=registration)
        answer, _ = boot(link_of(charge_point))
        assert answer["status"] == status
        assert Boot.objects.get(charge_point=charge_point).status == registration

    def test_stores_what_the_charge_point_says_of_itself(self):
        charge_point = ChargePointFactory()
        boot(link_of(charge_point))
        state = ChargePointState.objects.get(pk=charge_point.pk)
        assert (state.vendor, state.model, state.serial_number) == ("ACME", "Twin 22", "S-1")
        assert (state.firmware_version, state.iccid, state.imsi) == ("1.4.2", "8933", "20801")
        assert (state.meter_type, state.meter_serial_number) == ("M3", "M-9")
        assert (state.booted_at, state.last_seen_at) == (NOW, NOW)

    def test_keeps_the_versions_of_every_boot(self):
        charge_point = ChargePointFactory()
        link = link_of(charge_point)
        boot(link)
        boot(link, {**FACTS, "firmwareVersion": "1.5.0"}, now=NOW + timedelta(days=1))
        versions = [row.facts["firmware_version"] for row in Boot.objects.filter(charge_point=charge_point)]
        assert versions == ["1.5.0", "1.4.2"]

    def test_serial_numbers_too_long_and_vendors_empty_are_served(self):
        charge_point = ChargePointFactory()
        answer, _ = boot(
            link_of(charge_point),
            {"chargePointVendor": "", "chargePointModel": "M" * 300, "chargeBoxSerialNumber": "B-7"},
        )
        state = ChargePointState.objects.get(pk=charge_point.pk)
        assert answer["status"] == "Accepted"
        assert (state.vendor, state.serial_number, len(state.model)) == ("", "B-7", 255)

    def test_does_not_end_transactions(self):
        transaction = TransactionFactory()
        boot(link_of(transaction.charge_point))
        transaction.refresh_from_db()
        assert transaction.ended_at is None

    def test_clears_the_need_to_reboot(self):
        charge_point = ChargePointFactory(state__reboot_required=True)
        boot(link_of(charge_point))
        assert ChargePointState.objects.get(pk=charge_point.pk).reboot_required is False

    def test_a_whole_fleet_boots_in_few_statements(self, django_assert_max_num_queries):
        links = [link_of(each, booted=False) for each in ChargePointFactory.create_batch(20)]
        calls = [call_of(link, "BootNotification", FACTS) for link in links]
        with django_assert_max_num_queries(8):
            answers, batch = handled(handle, calls)
        assert [json.loads(answer)["status"] for answer in answers] == ["Accepted"] * 20
        assert (Boot.objects.count(), len(batch.events)) == (20, 20)
        assert ChargePointState.objects.filter(vendor="ACME", booted_at=NOW).count() == 20

    def test_two_boots_of_one_charge_point_in_a_batch_are_both_kept(self):
        link = link_of(ChargePointFactory())
        newer = {**FACTS, "firmwareVersion": "2"}
        calls = [call_of(link, "BootNotification", each) for each in (FACTS, newer)]
        answers, batch = handled(handle, calls)
        assert (len(answers), Boot.objects.count(), len(batch.events)) == (2, 2, 1)
        assert ChargePointState.objects.get().firmware_version == "2"


class TestReset:
    def test_is_seen_at_the_boot_that_follows(self):
        charge_point = ChargePointFactory()
        command = queue_command(charge_point=charge_point, action="Reset", payload={"type": "Soft"}, now=NOW)
        socket = Socket(charge_point)
        assert socket.confirm(socket.expect(), {"status": "Accepted"}) is None
        command.refresh_from_db()
        assert (command.state, command.effect) == ("accepted", Effect.NOT_SEEN)
        _, batch = boot(link_of(charge_point), now=NOW + timedelta(minutes=1))
        command.refresh_from_db()
        assert (command.effect, command.effect_at) == (Effect.SEEN, NOW + timedelta(minutes=1))
        assert CommandChanged(command.pk, charge_point.pk, charge_point.site_id) in batch.events

    def test_is_seen_although_the_charge_point_rebooted_without_answering(self):
        charge_point = ChargePointFactory()
        command = queue_command(charge_point=charge_point, action="Reset", payload={"type": "Hard"}, now=NOW)
        socket = Socket(charge_point)
        claim = socket.expect()
        boot(link_of(charge_point), now=NOW + timedelta(seconds=20))
        socket.ignore(claim)
        command.refresh_from_db()
        assert (command.state, command.effect) == ("timed_out", Effect.SEEN)

    def test_refused_is_over(self):
        charge_point = ChargePointFactory()
        queue_command(charge_point=charge_point, action="Reset", payload={"type": "Hard"}, now=NOW)
        socket = Socket(charge_point)
        socket.confirm(socket.expect(), {"status": "Rejected"})
        boot(link_of(charge_point))
        command = Command.objects.get()
        assert (command.state, command.effect) == ("rejected", Effect.NOT_APPLICABLE)
