from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePointState, JobStatus, VendorMessage
from chargers.ocpp.v16 import (
    data_transfer,
    diagnostics_status_notification,
    firmware_status_notification,
    heartbeat,
    log_status_notification,
    signed_firmware_status_notification,
)
from chargers.services.vendor_messages import ACCEPTED, VendorAnswer, VendorData, read_registry
from tests.chargers.exchange import NOW, call_of, codes, handled, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


class TestHeartbeat:
    def test_answers_the_time_and_notes_who_was_heard_in_one_statement(self, django_assert_num_queries):
        charge_points = ChargePointFactory.create_batch(3)
        calls = [
            call_of(link_of(each), "Heartbeat", {}, at=NOW - timedelta(seconds=index))
            for index, each in enumerate(charge_points)
        ]
        with django_assert_num_queries(3):
            answers, _ = handled(heartbeat.handle, calls)
        assert answers == [b'{"currentTime":"2026-03-02T08:30:15Z"}'] * 3
        heard = [ChargePointState.objects.get(pk=each.pk).last_seen_at for each in charge_points]
        assert heard == [NOW, NOW - timedelta(seconds=1), NOW - timedelta(seconds=2)]


class TestDataTransfer:
    def test_an_unknown_vendor_is_stored_and_told_so(self):
        charge_point = ChargePointFactory()
        payload = {"vendorId": "com.acme", "messageId": "Ping", "data": "1,2"}
        answer, batch = handled(data_transfer.handle, call_of(link_of(charge_point), "DataTransfer", payload))
        message = VendorMessage.objects.get(charge_point=charge_point)
        assert answer == {"status": "UnknownVendorId"}
        assert (message.vendor_id, message.vendor_message_id, message.data) == ("com.acme", "Ping", "1,2")
        assert (message.at, codes(batch)) == (NOW, ["unknown-vendor"])

    def test_a_harmless_message_is_accepted(self):
        payload = {"vendorId": "EV-BOX", "messageId": "evbStatusNotification", "data": "1,Charging"}
        call = call_of(link_of(ChargePointFactory()), "DataTransfer", payload)
        answer, batch = handled(data_transfer.handle, call)
        assert (answer, codes(batch)) == ({"status": "Accepted"}, [])

    def test_a_repetition_is_stored_once(self):
        link = link_of(ChargePointFactory())
        for _ in range(2):
            handled(
                data_transfer.handle,
                call_of(link, "DataTransfer", {"vendorId": "v", "data": "x"}, message_id="same"),
            )
        handled(data_transfer.handle, call_of(link, "DataTransfer", {"vendorId": "v", "data": "x"}))
        assert VendorMessage.objects.count() == 2


class TestVendorRegistry:
    def test_a_message_of_a_vendor_beats_the_vendor(self):
        registry = read_registry(["# comment", "acme  # all of it", "other Known"])
        registry.register("ACME", lambda message: VendorAnswer("Accepted", message.data.upper()), "Shout")
        assert registry.answer(VendorData(1, "Acme", "shout", "a")) == VendorAnswer("Accepted", "A")
        assert registry.answer(VendorData(1, "Acme", "else", "a")) == ACCEPTED
        assert registry.answer(VendorData(1, "other", "known", "")) == ACCEPTED
        assert registry.answer(VendorData(1, "other", "unknown", "")) is None


class TestJobStatus:
    @pytest.mark.parametrize(
        ("handle", "action", "kind", "status"),
        [
            (firmware_status_notification.handle, "FirmwareStatusNotification", "firmware", "Installing"),
            (diagnostics_status_notification.handle, "DiagnosticsStatusNotification", "diagnostics", "Idle"),
            (log_status_notification.handle, "LogStatusNotification", "log", "Uploading"),
            (
                signed_firmware_status_notification.handle,
                "SignedFirmwareStatusNotification",
                "signed_firmware",
                "InstallRebooting",
            ),
        ],
    )
    def test_is_stored_even_unasked(self, handle, action, kind, status):
        charge_point = ChargePointFactory()
        answer, _ = handled(handle, call_of(link_of(charge_point), action, {"status": status}))
        row = JobStatus.objects.get(charge_point=charge_point)
        assert (answer, row.kind, row.status, row.at) == (b"{}", kind, status, NOW)
