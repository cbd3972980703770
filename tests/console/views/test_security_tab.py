"""The tab about the security of a charge point."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from chargers.models import Command, FileJob, SecurityEvent
from sites.types import Role
from tests.console.depot import NOW, Depot, add_firmware, add_signed_firmware
from tests.console.views.test_permissions import command_url

LogIn = Callable[..., Client]


def page(client: Client, depot: Depot) -> str:
    address = reverse("charge_point_security", args=[depot.site.code, depot.charging.identity])
    return " ".join(client.get(address).content.decode().split())


def test_events_are_listed_with_their_weight(log_in: LogIn, depot: Depot) -> None:
    for kind, critical in (("TamperDetectionActivated", True), ("InvalidMessages", False)):
        SecurityEvent.objects.create(
            charge_point=depot.charging, type=kind, critical=critical, at=NOW, received_at=NOW,
            tech_info=f"about {kind}", digest=kind,
        )  # fmt: skip
    shown = page(log_in(Role.GUEST), depot)
    assert shown.index("InvalidMessages") < shown.index("TamperDetectionActivated")
    assert "about TamperDetectionActivated" in shown
    assert shown.count("critical</span>") == 1
    assert shown.count("informative</span>") == 1


def test_none_is_said(log_in: LogIn, depot: Depot) -> None:
    assert "No security event" in page(log_in(Role.GUEST), depot)


class TestForms:
    def test_a_log_is_asked_for(self, log_in: LogIn, depot: Depot) -> None:
        form = {"log_type": "DiagnosticsLog", "since": "", "until": ""}
        assert log_in(Role.OPERATOR).post(command_url(depot, "log"), form).status_code == 302
        job = FileJob.objects.get()
        assert (job.kind, job.log_type, job.command) == ("log", "DiagnosticsLog", Command.objects.get())

    def test_only_signed_files_are_offered(self, log_in: LogIn, depot: Depot) -> None:
        add_firmware()
        client, url = log_in(Role.OPERATOR), command_url(depot, "signed-firmware")
        assert "There is no signed firmware" in client.get(url).content.decode()
        signed = add_signed_firmware()
        shown = client.get(url).content.decode()
        assert f'value="{signed.pk}"' in shown
        assert "2.0 (fw.bin)" not in shown
