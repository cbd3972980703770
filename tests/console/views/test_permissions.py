"""Every page and every command, for every role and for a stranger."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import ChargePoint, Command
from evkit.console.commands.catalogue import COMMANDS
from sites.types import Role
from tests.console.depot import (
    Depot,
    add_charge_point,
    add_connector,
    add_firmware,
    add_reservation,
    add_root,
    add_signed_firmware,
    add_site,
    add_user,
)

LogIn = Callable[..., Client]
ROLES = list(Role)
TABS = ("transactions", "curves", "commands", "configuration", "messages", "files", "connections")


def pages(depot: Depot) -> list[str]:
    point = [depot.site.code, depot.charging.identity]
    return [
        reverse("sites"),
        reverse("legend"),
        reverse("account"),
        reverse("overview", args=[depot.site.code]),
        reverse("site_power", args=[depot.site.code]),
        reverse("charge_point", args=point),
        *(reverse(f"charge_point_{tab}", args=point) for tab in TABS),
        reverse("charge_point_frames", args=[*point, "csv"]),
        reverse("session_curve", args=[*point, 1]),
        reverse("connector_curves", args=[*point, 1]),
        reverse("connector_samples", args=[*point, 1]),
        reverse("transaction", args=[depot.site.code, depot.transaction.number]),
    ]


def posted(slug: str, depot: Depot) -> dict[str, str]:
    fields = {
        "start": {"connector": "2", "tag": "BUS212"},
        "stop": {"transaction": str(depot.transaction.number)},
        "unlock": {"connector": "1"},
        "availability": {"connector": "0", "kind": "Inoperative"},
        "reset": {"kind": "Soft"},
        "pause": {"connector": "1", "kind": "pause"},
        "limit": {"connector": "1", "value": "11", "unit": "kW"},
        "clear-limits": {"connector": ""},
        "schedule": {"connector": "1", "hours": "1", "unit": "W"},
        "trigger": {"message": "Heartbeat", "connector": ""},
        "read-configuration": {"keys": ""},
        "change-configuration": {"key": "HeartbeatInterval", "value": "60"},
        "new-password": {},
        "reserve": {"connector": "2", "tag": "BUS212", "minutes": "30"},
        "local-list": {"update": "full", "kept": "on"},
        "local-list-version": {},
        "clear-cache": {},
        "vendor-message": {"vendor": "com.example", "message": "", "content": ""},
        "new-certificate": {},
        "raise-profile": {"profile": "1"},
        "install-root": {"use": "CentralSystemRootCertificate", "certificate": ""},
        "read-roots": {"use": "ManufacturerRootCertificate"},
        "log": {"log_type": "SecurityLog", "since": "", "until": ""},
        "extended-trigger": {"message": "LogStatusNotification", "connector": ""},
        "diagnostics": {"since": "2026-11-17T00:00", "until": "2026-11-17T12:00"},
    }
    if slug == "cancel-reservation":
        return {"reservation": str(add_reservation(depot).number)}
    if slug == "firmware":
        return {"firmware": str(add_firmware().pk), "at": ""}
    if slug == "signed-firmware":
        return {"firmware": str(add_signed_firmware().pk), "at": "", "install_at": ""}
    if slug == "raise-profile":
        ChargePoint.objects.filter(pk=depot.charging.pk).update(password_digest="set")
    if slug == "delete-root":
        return {"certificate": str(add_root(depot).pk)}
    return fields[slug]


def command_url(depot: Depot, slug: str) -> str:
    return reverse("command", args=[depot.site.code, depot.charging.identity, slug])


class TestPages:
    @pytest.mark.parametrize("role", ROLES)
    def test_every_role_sees_every_page_of_its_site(self, log_in: LogIn, depot: Depot, role: Role) -> None:
        client = log_in(role)
        for page in pages(depot):
            assert client.get(page).status_code == 200, page

    def test_a_stranger_is_sent_to_the_log_in(self, depot: Depot) -> None:
        for page in pages(depot):
            response = Client().get(page)
            assert response.status_code == 302, page
            assert response.headers["Location"].startswith(reverse("login"))

    @pytest.mark.parametrize("role", [Role.OPERATOR, Role.GUEST])
    def test_the_site_of_others_does_not_exist(self, depot: Depot, role: Role) -> None:
        client = Client()
        client.force_login(add_user(role, add_site("elsewhere")))
        for page in pages(depot)[3:]:
            assert client.get(page).status_code == 404, page

    def test_a_charge_point_is_only_found_under_its_own_site(self, log_in: LogIn, depot: Depot) -> None:
        other = add_site("other")
        add_connector(add_charge_point(other, "B_001"), 1)
        client = log_in(Role.ADMINISTRATOR)
        assert client.get(reverse("charge_point", args=[depot.site.code, "B_001"])).status_code == 404
        assert client.get(reverse("charge_point", args=["other", "B_001"])).status_code == 200


class TestCommands:
    @pytest.mark.parametrize("slug", COMMANDS)
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR])
    def test_administrators_and_operators_queue_every_command(
        self, log_in: LogIn, depot: Depot, role: Role, slug: str
    ) -> None:
        response = log_in(role).post(command_url(depot, slug), posted(slug, depot))
        assert response.status_code == 302
        command = Command.objects.get()
        assert command.action == COMMANDS[slug].action
        assert command.charge_point == depot.charging
        assert command.requested_name == role.value

    @pytest.mark.parametrize("slug", COMMANDS)
    def test_a_guest_queues_nothing(self, log_in: LogIn, depot: Depot, slug: str) -> None:
        client = log_in(Role.GUEST)
        assert client.get(command_url(depot, slug)).status_code == 403
        assert client.post(command_url(depot, slug), posted(slug, depot)).status_code == 403
        assert not Command.objects.exists()

    @pytest.mark.parametrize("slug", COMMANDS)
    def test_a_stranger_queues_nothing(self, depot: Depot, slug: str) -> None:
        response = Client().post(command_url(depot, slug), posted(slug, depot))
        assert response.status_code == 302
        assert response.headers["Location"].startswith(reverse("login"))
        assert not Command.objects.exists()

    def test_an_operator_of_another_site_queues_nothing(self, depot: Depot) -> None:
        client = Client()
        client.force_login(add_user(Role.OPERATOR, add_site("elsewhere")))
        assert client.post(command_url(depot, "reset"), {"kind": "Hard"}).status_code == 404
        assert not Command.objects.exists()

    def test_a_request_from_another_page_is_refused(self, depot: Depot) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(add_user(Role.OPERATOR, depot.site))
        assert client.post(command_url(depot, "reset"), {"kind": "Hard"}).status_code == 403
        assert not Command.objects.exists()


class TestButtons:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR])
    def test_who_may_command_has_a_button_for_every_command(
        self, log_in: LogIn, depot: Depot, role: Role
    ) -> None:
        page = log_in(role).get(pages(depot)[5]).content.decode()
        for slug in COMMANDS:
            assert f'id="command-{slug}"' in page

    def test_a_guest_has_no_command_button_at_all(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.GUEST)
        for page in (pages(depot)[3], pages(depot)[5]):
            text = client.get(page).content.decode()
            assert not re.search("/commands/[a-z]", text)
            assert "data-dialog" not in text

    def test_only_an_administrator_has_the_administration(self, log_in: LogIn, depot: Depot) -> None:
        for role in ROLES:
            page = log_in(role).get(reverse("sites")).content.decode()
            assert ('href="/admin/"' in page) == (role is Role.ADMINISTRATOR)
