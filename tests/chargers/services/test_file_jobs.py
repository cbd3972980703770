from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePointState, FileJob, FirmwareFile, JobStatus
from chargers.ocpp.v16 import diagnostics_status_notification, firmware_status_notification
from chargers.services.file_jobs import request_diagnostics, sweep_jobs, update_firmware
from chargers.services.file_transitions import next_state
from tests.chargers.exchange import NOW, Socket, call_of, handled
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "state", "status", "expected"),
    [
        ("firmware", "accepted", "Downloading", "downloading"),
        ("firmware", "requested", "Installing", "installing"),
        ("firmware", "installing", "Downloaded", None),
        ("firmware", "downloading", "Downloading", None),
        ("firmware", "downloading", "DownloadFailed", "failed"),
        ("firmware", "installing", "InstallationFailed", "failed"),
        ("firmware", "failed", "Downloading", "downloading"),
        ("firmware", "timed_out", "Installed", "installed"),
        ("firmware", "installed", "InstallationFailed", None),
        ("firmware", "downloading", "Idle", None),
        ("diagnostics", "accepted", "Uploading", "uploading"),
        ("diagnostics", "nothing", "Uploaded", "uploaded"),
        ("diagnostics", "uploading", "UploadFailed", "failed"),
        ("diagnostics", "uploaded", "Uploading", None),
        ("diagnostics", "accepted", "Rebooting", None),
        ("signed_firmware", "downloaded", "SignatureVerified", "verified"),
        ("signed_firmware", "verified", "InstallRebooting", "installing"),
        ("signed_firmware", "installing", "SignatureVerified", None),
        ("signed_firmware", "downloaded", "InvalidSignature", "failed"),
        ("signed_firmware", "installing", "InstallVerificationFailed", "failed"),
        ("signed_firmware", "accepted", "DownloadScheduled", None),
        ("log", "uploading", "Uploaded", "uploaded"),
        ("log", "uploading", "PermissionDenied", "failed"),
        ("log", "cancelled", "Uploading", None),
    ],
)
def test_a_status_moves_a_job_forward_only(kind: str, state: str, status: str, expected: str | None) -> None:
    assert next_state(kind, state, status) == expected


def firmware_job(socket_point: object) -> FileJob:
    file = FirmwareFile.objects.create(
        version="2", name="fw.bin", size=1, sha256="a", added_at=NOW, added_by="ada"
    )
    return update_firmware(
        charge_point=socket_point,  # type: ignore[arg-type]  # made by a factory
        firmware=file,
        base_url="http://e",
        retrieve_at=NOW + timedelta(hours=1),
        now=NOW,
    )


class TestJobs:
    def test_diagnostics_take_their_name_and_their_statuses(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = request_diagnostics(charge_point=point, base_url="http://e", since=NOW, until=None, now=NOW)
        claim = socket.expect()
        assert claim.payload == {
            "location": f"http://e/files/{job.token}/",
            "startTime": "2026-03-02T08:30:15Z",
        }
        socket.confirm(claim, {"fileName": "cp.log"})
        job.refresh_from_db()
        assert (job.state, job.file_name) == ("accepted", "cp.log")
        for status in ("Uploading", "Uploaded", "Idle"):
            call = call_of(socket.link, "DiagnosticsStatusNotification", {"status": status})
            handled(diagnostics_status_notification.handle, call)
        job.refresh_from_db()
        assert job.state == "uploaded"
        assert JobStatus.objects.filter(job=job).count() == 3

    def test_a_confirmation_without_a_name_means_that_there_is_nothing(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = request_diagnostics(charge_point=point, base_url="http://e", since=None, until=None, now=NOW)
        socket.confirm(socket.expect(), {})
        job.refresh_from_db()
        assert job.state == "nothing"

    def test_a_refused_request_fails_with_the_error(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = request_diagnostics(charge_point=point, base_url="http://e", since=None, until=None, now=NOW)
        socket.refuse(socket.expect(), "NotSupported", "no")
        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", "NotSupported: no")

    def test_an_unasked_status_is_stored_without_a_job(self) -> None:
        socket = Socket(ChargePointFactory(evses=1))
        call = call_of(socket.link, "FirmwareStatusNotification", {"status": "Installed"})
        handled(firmware_status_notification.handle, call)
        assert JobStatus.objects.get().job is None

    def test_a_boot_with_another_version_is_the_effect_of_an_update(self) -> None:
        point = ChargePointFactory(evses=1)
        socket = Socket(point)
        job = firmware_job(point)
        claim = socket.expect()
        assert claim.payload["retrieveDate"] == "2026-03-02T09:30:15Z"
        socket.confirm(claim, {})
        later = NOW + timedelta(hours=2)
        ChargePointState.objects.filter(pk=point.pk).update(booted_at=later, firmware_version="2")
        sweep_jobs(now=later)
        job.refresh_from_db()
        assert (job.state, job.version_seen) == ("installed", "2")

    def test_silence_ends_a_job(self) -> None:
        point = ChargePointFactory(evses=1)
        job = firmware_job(point)
        sweep_jobs(now=NOW + timedelta(hours=2))
        job.refresh_from_db()
        assert job.state == "requested"
        sweep_jobs(now=NOW + timedelta(hours=4))
        job.refresh_from_db()
        assert job.state == "timed_out"
