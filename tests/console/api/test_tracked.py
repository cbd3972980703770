"""Messages sent through the API that evkit follows as those of its forms."""

from __future__ import annotations

import pytest

from chargers.models import Command, FileJob
from charging.models import Reservation
from tests.factories import IdTokenFactory

COMMANDS = "charge-points/CP_MINE/commands"
RESERVE = {"connectorId": 1, "idTag": "FLEET", "expiryDate": "2099-01-01T00:00:00Z", "reservationId": 4711}


@pytest.fixture
def ask(administrator, mine):
    def post(action, payload):
        return administrator.post(COMMANDS, {"action": action, "payload": payload})

    return post


@pytest.fixture
def fleet(db):
    return IdTokenFactory(value="FLEET")


class TestReserving:
    def test_the_callers_number_is_used_and_leads_to_the_reservation(self, ask, fleet, administrator):
        answer = ask("ReserveNow", RESERVE)
        assert answer.status_code == 202
        command = Command.objects.get(pk=answer.json()["id"])
        assert command.payload == RESERVE
        made = Reservation.objects.get()
        assert (made.command, made.remote_id, made.state) == (command, 4711, "requested")
        (told,) = administrator.get("reservations", charge_point="CP_MINE", open="true").json()["items"]
        assert (told["number"], told["reservation_id"], told["id_tag"]) == (made.number, 4711, "FLEET")

    def test_without_a_number_evkit_chooses(self, ask, fleet):
        answer = ask("ReserveNow", {key: RESERVE[key] for key in RESERVE if key != "reservationId"})
        command = Command.objects.get(pk=answer.json()["id"])
        assert command.payload["reservationId"] == Reservation.objects.get().number

    def test_numbers_of_evkit_keep_clear_of_the_callers(self, ask, fleet):
        ask("ReserveNow", RESERVE | {"reservationId": 2})
        ask("ReserveNow", RESERVE | {"reservationId": 0, "connectorId": 0})
        first, second = Reservation.objects.order_by("pk")
        assert first.reservation_id != second.reservation_id

    def test_it_is_cancelled_by_the_callers_number(self, ask, fleet):
        ask("ReserveNow", RESERVE)
        answer = ask("CancelReservation", {"reservationId": 4711})
        assert Reservation.objects.get().cancel_command_id == answer.json()["id"]

    def test_a_reservation_that_only_the_charge_point_knows_is_cancelled_too(self, ask):
        answer = ask("CancelReservation", {"reservationId": 99})
        assert Command.objects.get(pk=answer.json()["id"]).payload == {"reservationId": 99}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"idTag": "NOBODY"}, "idTag"),
            ({"connectorId": 9}, "connectorId"),
            ({"expiryDate": "2001-01-01T00:00:00Z"}, "expiryDate"),
            ({"reservationId": 2**31}, "reservationId"),
            ({"reservationId": "x"}, "reservationId"),
        ],
    )
    def test_what_cannot_be_reserved_is_refused(self, ask, fleet, changes, field):
        answer = ask("ReserveNow", RESERVE | changes)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        assert not Reservation.objects.exists()


class TestTransfers:
    def test_diagnostics_come_to_evkit_where_no_location_is_given(self, ask):
        answer = ask("GetDiagnostics", {"startTime": "2026-01-01T00:00:00Z"})
        job = FileJob.objects.get(command_id=answer.json()["id"])
        assert (job.kind, job.elsewhere) == ("diagnostics", False)

    def test_a_log_comes_to_evkit_under_a_number_of_its_own(self, ask):
        answer = ask("GetLog", {"logType": "SecurityLog", "log": {"oldestTimestamp": "2026-01-01T00:00:00Z"}})
        job = FileJob.objects.get(command_id=answer.json()["id"])
        assert (job.kind, job.log_type, job.elsewhere) == ("log", "SecurityLog", False)
        assert job.command is not None
        assert job.request_id == job.command.payload["requestId"] > 0

    @pytest.mark.parametrize("payload", [{}, {"log": 3}, {"logType": "Coffee", "log": {}}, {"log": {}}])
    def test_a_log_that_cannot_be_asked_for_is_refused(self, ask, payload):
        assert ask("GetLog", payload).status_code == 422
        assert not FileJob.objects.exists()

    @pytest.mark.parametrize(
        ("action", "payload", "kind"),
        [
            ("GetDiagnostics", {"location": "ftp://files.example/logs"}, "diagnostics"),
            (
                "UpdateFirmware",
                {"location": "https://files.example/fw.bin", "retrieveDate": "2026-01-01T00:00:00Z"},
                "firmware",
            ),
            (
                "GetLog",
                {
                    "logType": "DiagnosticsLog",
                    "requestId": 9,
                    "log": {"remoteLocation": "ftp://files.example"},
                },
                "log",
            ),
            (
                "SignedUpdateFirmware",
                {
                    "firmware": {
                        "location": "https://files.example/fw.bin",
                        "retrieveDateTime": "2026-01-01T00:00:00Z",
                        "signingCertificate": "-----BEGIN CERTIFICATE-----",
                        "signature": "c2ln",
                    }
                },
                "signed_firmware",
            ),
        ],
    )
    def test_a_transfer_elsewhere_is_followed(self, ask, administrator, action, payload, kind):
        answer = ask(action, payload)
        (told,) = administrator.get("charge-points/CP_MINE/files").json()["items"]
        assert (told["command"], told["kind"]) == (answer.json()["id"], kind)
        assert (told["elsewhere"], told["state"]) == (True, "requested")

    def test_what_cannot_be_sent_leaves_no_transfer(self, ask):
        assert ask("UpdateFirmware", {"location": "ftp://x"}).status_code == 422
        assert not FileJob.objects.exists()


class TestConfiguration:
    ADDRESS = "charge-points/CP_MINE/configuration"

    def test_values_are_kept_and_let_go(self, administrator, mine):
        kept = administrator.patch(self.ADDRESS, {"desired": {"HeartbeatInterval": "60"}}).json()["items"]
        assert [(line["key"], line["desired"], line["kept"]) for line in kept] == [
            ("HeartbeatInterval", "60", "point")
        ]
        assert (
            administrator.patch(self.ADDRESS, {"desired": {"heartbeatinterval": None}}).json()["items"] == []
        )

    def test_a_change_of_a_kept_key_is_kept(self, administrator, ask, mine):
        administrator.patch(self.ADDRESS, {"desired": {"HeartbeatInterval": "60"}})
        assert ask("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "90"}).status_code == 202
        assert ask("ChangeConfiguration", {"key": "Other", "value": "1"}).status_code == 202
        found = administrator.get(self.ADDRESS).json()["items"]
        assert [(line["key"], line["desired"]) for line in found] == [("HeartbeatInterval", "90")]

    def test_all_of_it_is_refused_where_a_part_is(self, administrator, mine):
        wanted = {"desired": {"HeartbeatInterval": "60", "AuthorizationKey": "secret"}}
        assert administrator.patch(self.ADDRESS, wanted).status_code == 422
        assert administrator.get(self.ADDRESS).json()["items"] == []
