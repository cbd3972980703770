"""The tab about the security of a charge point."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from chargers.models import (
    Authority,
    ChargePoint,
    Command,
    ConfigurationKey,
    Connection,
    FileJob,
    SecurityEvent,
)
from sites.types import Role
from tests.console.depot import NOW, Depot, add_certificate, add_firmware, add_root, add_signed_firmware
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


class TestLink:
    def test_what_is_asked_what_there_is_and_what_is_on_its_way(self, log_in: LogIn, depot: Depot) -> None:
        point = depot.charging
        ChargePoint.objects.filter(pk=point.pk).update(
            security_profile=1, next_security_profile=3, password_digest="a", next_password_digest="b"
        )
        certificate = add_certificate(depot)
        Connection.objects.create(
            token=uuid4(), charge_point=point, opened_at=NOW, security_level=3, certificate=certificate
        )
        ConfigurationKey.objects.create(charge_point=point, key="CpoName", value="Operator", reported_at=NOW)
        shown = page(log_in(Role.OPERATOR), depot)
        assert "1 - password" in shown
        assert "3 is awaited" in shown
        assert "certificate valid until" in shown
        assert "a new one was sent and has not been used yet" in shown
        assert "Operator" in shown
        for slug in ("new-password", "raise-profile", "new-certificate", "install-root", "read-roots", "log"):
            assert f'data-dialog="{command_url(depot, slug)}"' in shown

    def test_a_guest_sees_it_without_buttons(self, log_in: LogIn, depot: Depot) -> None:
        shown = page(log_in(Role.GUEST), depot)
        assert "offline" in shown
        assert "data-dialog" not in shown.split('id="cp-security"')[1]

    def test_a_link_below_the_charge_points_own_profile_is_marked(self, log_in: LogIn, depot: Depot) -> None:
        Connection.objects.create(token=uuid4(), charge_point=depot.charging, opened_at=NOW, security_level=1)
        key = ConfigurationKey.objects.create(
            charge_point=depot.charging, key="SecurityProfile", value="2", reported_at=NOW
        )
        client = log_in(Role.GUEST)
        assert "below its own profile" in page(client, depot)
        ConfigurationKey.objects.filter(pk=key.pk).update(value="1")
        assert "below its own profile" not in page(client, depot)


class TestCertificates:
    def test_certificates_and_roots_are_shown(self, log_in: LogIn, depot: Depot) -> None:
        add_certificate(depot)
        root = add_root(depot)
        shown = page(log_in(Role.GUEST), depot)
        assert "In use" in shown
        assert "4711" in shown
        assert "not known here" in shown
        assert root.serial_number in shown
        assert "Revoke" not in shown

    def test_an_administrator_revokes(self, log_in: LogIn, depot: Depot) -> None:
        row = add_certificate(depot)
        client = log_in(Role.ADMINISTRATOR)
        assert "Revoke" in page(client, depot)
        args = [depot.site.code, depot.charging.identity, row.serial_number]
        assert client.post(reverse("charge_point_revoke_certificate", args=args)).status_code == 302
        row.refresh_from_db()
        assert row.revoked_at is not None
        assert "revoked</span>" in page(client, depot)

    def test_without_any_it_says_how_to_get_one(self, log_in: LogIn, depot: Depot) -> None:
        assert "No certificate yet" in page(log_in(Role.GUEST), depot)

    def test_the_root_of_the_own_authority_is_the_default(self, log_in: LogIn, depot: Depot) -> None:
        form = {"use": "CentralSystemRootCertificate", "certificate": ""}
        log_in(Role.OPERATOR).post(command_url(depot, "install-root"), form)
        assert Command.objects.get().payload["certificate"] == Authority.objects.get().certificate

    def test_a_manufacturers_root_must_be_given(self, log_in: LogIn, depot: Depot) -> None:
        form = {"use": "ManufacturerRootCertificate", "certificate": ""}
        shown = log_in(Role.OPERATOR).post(command_url(depot, "install-root"), form).content.decode()
        assert "Give the certificate of the manufacturer." in shown
        assert not Command.objects.exists()

    def test_the_last_root_stays_and_the_cause_is_said(self, log_in: LogIn, depot: Depot) -> None:
        root = add_root(depot)
        depot.charging.security_profile = 2
        depot.charging.save()
        form = {"certificate": str(root.pk)}
        shown = log_in(Role.OPERATOR).post(command_url(depot, "delete-root"), form).content.decode()
        assert "This is the last root certificate" in shown
        assert not Command.objects.exists()


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
