"""The page of a charge point's files, and the forms that ask for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, Command, FileJob, FirmwareFile
from chargers.services.file_retention import remove_old_files
from chargers.services.secrets import open_payload
from chargers.types import JobKind
from sites.types import Role
from tests.console.depot import NOW, Depot, add_firmware, add_received_file
from tests.console.views.test_permissions import command_url

LogIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    settings.EVKIT_DATA_DIR = tmp_path
    return tmp_path


def page_of(client: Client, point: ChargePoint) -> str:
    return client.get(reverse("charge_point_files", args=["depot", point.identity])).content.decode()


def content_of(response: HttpResponseBase) -> bytes:
    parts = cast(AsyncIterator[bytes], cast(StreamingHttpResponse, response).streaming_content)

    async def joined() -> bytes:
        return b"".join([part async for part in parts])

    return asyncio.run(joined())


class TestPage:
    def test_an_operator_sees_the_files_and_gets_what_was_received(self, log_in: LogIn, depot: Depot) -> None:
        job = add_received_file(depot, b"x" * 600_000)
        client, url = log_in(Role.OPERATOR), reverse("charge_point_file", args=["depot", "A_001", job.pk])
        page = page_of(client, depot.charging)
        assert "Diagnostics upload" in page
        assert "Received" in page
        assert f'href="{url}"' in page
        response = client.get(url)
        assert content_of(response) == b"x" * 600_000
        assert response.headers["Content-Disposition"] == 'attachment; filename="cp--1-.log"'
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert client.post(url).status_code == 405

    def test_a_file_whose_time_was_over_is_offered_no_more(self, log_in: LogIn, depot: Depot) -> None:
        job = add_received_file(depot)
        FileJob.objects.update(received_at=NOW - timedelta(days=99))
        assert remove_old_files(now=NOW) == 1
        client, url = log_in(Role.OPERATOR), reverse("charge_point_file", args=["depot", "A_001", job.pk])
        page = page_of(client, depot.charging)
        assert "removed on 17 Nov. 2026, its time was over" in page
        assert f'href="{url}"' not in page
        assert client.get(url).status_code == 404

    def test_a_guest_sees_the_state_without_the_content(self, log_in: LogIn, depot: Depot) -> None:
        job = add_received_file(depot)
        client, url = log_in(Role.GUEST), reverse("charge_point_file", args=["depot", "A_001", job.pk])
        page = page_of(client, depot.charging)
        assert "Diagnostics upload" in page
        assert url not in page
        assert client.get(url).status_code == 403

    def test_a_file_is_found_under_its_own_charge_point_only(self, log_in: LogIn, depot: Depot) -> None:
        job = add_received_file(depot)
        client = log_in(Role.OPERATOR)
        assert client.get(reverse("charge_point_file", args=["depot", "A_002", job.pk])).status_code == 404
        job.path.unlink()
        assert client.get(reverse("charge_point_file", args=["depot", "A_001", job.pk])).status_code == 404

    def test_an_upload_that_never_arrived_is_not_called_received(self, log_in: LogIn, depot: Depot) -> None:
        add_received_file(depot)
        FileJob.objects.update(received_at=None)
        page = page_of(log_in(Role.OPERATOR), depot.charging)
        assert "Reported as uploaded, but no file arrived" in page
        assert "Received" not in page

    def test_no_file_is_said(self, log_in: LogIn, depot: Depot) -> None:
        assert "No file yet" in page_of(log_in(Role.GUEST), depot.charging)


class TestDiagnostics:
    def test_the_period_is_in_the_zone_of_the_site_and_the_address_that_of_the_page(
        self, log_in: LogIn, depot: Depot
    ) -> None:
        depot.site.timezone = "Europe/Paris"
        depot.site.save()
        period = {"since": "2026-11-17T01:00", "until": ""}
        assert log_in(Role.OPERATOR).post(command_url(depot, "diagnostics"), period).status_code == 302
        job, command = FileJob.objects.get(), Command.objects.get()
        assert (job.kind, job.command, job.requested_name) == (JobKind.DIAGNOSTICS, command, "operator")
        assert job.token not in str(command.payload)
        assert open_payload(command.payload) == {
            "location": f"http://testserver/files/{job.token}/",
            "startTime": "2026-11-17T00:00:00Z",
        }

    def test_the_public_address_comes_first(self, log_in: LogIn, depot: Depot, settings) -> None:
        settings.EVKIT_PUBLIC_URL = "http://10.0.0.5:8000"
        log_in(Role.OPERATOR).post(command_url(depot, "diagnostics"), {})
        assert open_payload(Command.objects.get().payload)["location"].startswith(
            "http://10.0.0.5:8000/files/"
        )

    def test_a_period_that_ends_before_it_begins_is_refused(self, log_in: LogIn, depot: Depot) -> None:
        period = {"since": "2026-11-17T02:00", "until": "2026-11-17T01:00"}
        response = log_in(Role.OPERATOR).post(command_url(depot, "diagnostics"), period)
        assert "The period ends before it begins." in response.content.decode()
        assert not FileJob.objects.exists()


class TestFirmware:
    def test_a_file_of_the_library_is_sent(self, log_in: LogIn, depot: Depot) -> None:
        firmware = add_firmware()
        chosen = {"firmware": str(firmware.pk), "at": "2036-11-17T01:00"}
        client = log_in(Role.OPERATOR)
        assert client.post(command_url(depot, "firmware"), chosen).status_code == 302
        job, command = FileJob.objects.get(), Command.objects.get()
        assert (job.kind, job.firmware) == (JobKind.FIRMWARE, firmware)
        assert open_payload(command.payload)["location"] == f"http://testserver/files/{job.token}/fw.bin"
        assert "fw.bin" in page_of(client, depot.charging)

    def test_only_files_for_its_make_and_model_are_offered(self, log_in: LogIn, depot: Depot) -> None:
        client, url = log_in(Role.OPERATOR), command_url(depot, "firmware")
        assert "There is no firmware" in client.get(url).content.decode()
        other = add_firmware()
        FirmwareFile.objects.update(model="AC 22")
        assert "There is no firmware" in client.get(url).content.decode()
        assert client.post(url, {"firmware": str(other.pk), "at": ""}).status_code == 200
        FirmwareFile.objects.update(model="DC 50")
        assert "fw.bin" in client.get(url).content.decode()
        assert not FileJob.objects.exists()

    def test_running_charges_are_named(self, log_in: LogIn, depot: Depot) -> None:
        add_firmware()
        page = log_in(Role.OPERATOR).get(command_url(depot, "firmware")).content.decode()
        assert f"Charges that run may end: {depot.transaction.number} (Bus 212)." in page
