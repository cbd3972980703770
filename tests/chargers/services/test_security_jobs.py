"""Logs and signed firmware (security whitepaper, N01, L01)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, Command, FileJob, FirmwareFile, JobStatus
from chargers.ocpp.v16 import log_status_notification, signed_firmware_status_notification
from chargers.services.security_jobs import request_log, update_signed_firmware
from chargers.types import LogType
from evkit.core.errors import InvalidInputError
from tests.chargers.exchange import NOW, Socket, call_of, handled
from tests.factories import ChargePointFactory
from tests.support.certificates import DAY, ec_key, self_signed

pytestmark = pytest.mark.django_db


def ask_log(point: ChargePoint) -> FileJob:
    return request_log(
        charge_point=point,
        log_type=LogType.SECURITY,
        base_url="http://e",
        since=NOW,
        until=None,
        now=NOW,
    )


def report(socket: Socket, action: str, status: str, request_id: int | None) -> None:
    payload = {"status": status} | ({} if request_id is None else {"requestId": request_id})
    handle = log_status_notification if action.startswith("Log") else signed_firmware_status_notification
    handled(handle.handle, call_of(socket.link, action, payload))


def firmware(certificate: str, signature: str = "c2ln") -> FirmwareFile:
    return FirmwareFile.objects.create(
        version="2", name="fw.bin", size=1, sha256="a", added_at=NOW, added_by="ada",
        signing_certificate=certificate, signature=signature,
    )  # fmt: skip


def update(point: ChargePoint, file: FirmwareFile) -> FileJob:
    return update_signed_firmware(
        charge_point=point,
        firmware=file,
        base_url="http://e",
        retrieve_at=None,
        install_at=NOW + timedelta(hours=2),
        now=NOW,
    )


class TestLogs:
    def test_a_log_takes_its_name_and_the_statuses_of_its_own_number(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = ask_log(point)
        claim = socket.expect()
        assert claim.payload == {
            "logType": "SecurityLog",
            "requestId": job.request_id,
            "log": {
                "remoteLocation": f"http://e/files/{job.token}/",
                "oldestTimestamp": "2026-03-02T08:30:15Z",
            },
        }
        socket.confirm(claim, {"status": "Accepted", "filename": "security.csv"})
        job.refresh_from_db()
        assert (job.state, job.file_name, job.log_type) == ("accepted", "security.csv", "SecurityLog")
        assert job.request_id is not None
        report(socket, "LogStatusNotification", "UploadFailure", job.request_id + 1)
        job.refresh_from_db()
        assert job.state == "accepted"
        report(socket, "LogStatusNotification", "Uploaded", job.request_id)
        report(socket, "LogStatusNotification", "Idle", None)
        job.refresh_from_db()
        assert job.state == "uploaded"
        assert list(JobStatus.objects.order_by("pk").values_list("status", "job")) == [
            ("UploadFailure", None),
            ("Uploaded", job.pk),
            ("Idle", job.pk),
        ]

    def test_without_a_name_there_is_nothing(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = ask_log(point)
        socket.confirm(socket.expect(), {"status": "Accepted"})
        job.refresh_from_db()
        assert job.state == "nothing"

    def test_a_newer_request_cancels_the_older_one_where_the_charge_point_says_so(self) -> None:
        point, other = ChargePointFactory(evses=1), ChargePointFactory(evses=1)
        socket = Socket(point)
        older, elsewhere = ask_log(point), ask_log(other)
        socket.confirm(socket.expect(), {"status": "Accepted", "filename": "a"})
        newer = ask_log(point)
        socket.confirm(socket.expect(), {"status": "AcceptedCanceled", "filename": "b"})
        states = [FileJob.objects.get(pk=job.pk).state for job in (older, newer, elsewhere)]
        assert states == ["cancelled", "accepted", "requested"]


class TestSignedFirmware:
    def test_the_certificate_and_the_signature_go_with_it_and_every_step_is_followed(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        certificate = self_signed(ec_key(), starts=NOW - DAY)
        job = update(point, firmware(certificate))
        claim = socket.expect()
        assert claim.payload == {
            "requestId": job.request_id,
            "firmware": {
                "location": f"http://e/files/{job.token}/fw.bin",
                "retrieveDateTime": "2026-03-02T08:30:15Z",
                "installDateTime": "2026-03-02T10:30:15Z",
                "signingCertificate": certificate,
                "signature": "c2ln",
            },
        }
        assert job.token not in str(Command.objects.get(pk=claim.command_id).payload)
        socket.confirm(claim, {"status": "Accepted"})
        seen = []
        for status in ("Downloading", "Downloaded", "SignatureVerified", "InstallRebooting", "Installed"):
            report(socket, "SignedFirmwareStatusNotification", status, job.request_id)
            seen.append(FileJob.objects.get(pk=job.pk).state)
        assert seen == ["downloading", "downloaded", "verified", "installing", "installed"]

    @pytest.mark.parametrize("status", ["InvalidCertificate", "RevokedCertificate", "Rejected"])
    def test_a_charge_point_that_does_not_trust_it_says_why(self, status: str) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = update(point, firmware(self_signed(ec_key(), starts=NOW - DAY)))
        socket.confirm(socket.expect(), {"status": status})
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", status)

    def test_a_file_without_signature_or_with_an_expired_certificate_is_not_sent(self) -> None:
        point = ChargePointFactory(evses=1)
        with pytest.raises(InvalidInputError, match="no signature"):
            update(point, firmware("", ""))
        FirmwareFile.objects.all().delete()
        with pytest.raises(InvalidInputError, match="not valid now"):
            update(point, firmware(self_signed(ec_key(), starts=NOW - 3 * DAY, days=2)))
        assert not FileJob.objects.exists()
