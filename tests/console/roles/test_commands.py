"""Every command of the pages and every action of the API, for every role and for strangers."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from chargers.models import Command
from evkit.console.commands.catalogue import COMMANDS
from evkit.core.clock import utc_now
from evkit.wiring import ROUTES
from history.models import AuditEntry
from sites.models import User
from sites.services.tokens import create_token
from sites.types import Role
from tests.console.roles.world import EVERYBODY, STRANGER, Who, World, browser, fingerprint
from tests.console.views.test_permissions import posted

ACTIONS = sorted({action for _version, action in ROUTES})
STATUS = {"administrator": 302, "operator": 302, "guest": 403, "stranger": 302}


def expected(who: Who) -> int:
    return STATUS.get(who.name, 404)


@pytest.mark.parametrize("slug", COMMANDS)
class TestPages:
    def test_who_may_command_queues_it_and_nobody_else(
        self, world: World, people: dict[str, User], slug: str
    ) -> None:
        url = reverse("command", args=[*world.point, slug])
        Command.objects.all().delete()
        form = posted(slug, world.depot)
        before = fingerprint()
        for who in EVERYBODY:
            with transaction.atomic():
                response = browser(who, people).post(url, form)
                assert response.status_code == expected(who), who.name
                if who.name in {"administrator", "operator"}:
                    command = Command.objects.get()
                    assert (command.action, command.requested_name) == (COMMANDS[slug].action, who.name)
                    assert AuditEntry.objects.latest("pk").user_name == who.name
                else:
                    assert fingerprint() == before, who.name
                transaction.set_rollback(True)

    def test_who_may_not_command_does_not_see_the_form(
        self, world: World, people: dict[str, User], slug: str
    ) -> None:
        url = reverse("command", args=[*world.point, slug])
        for who in EVERYBODY:
            response = browser(who, people).get(url)
            seen = who.name in {"administrator", "operator"}
            assert response.status_code == (200 if seen else expected(who)), who.name
        assert browser(STRANGER, people).get(url).headers["Location"].startswith(reverse("login"))


class TestApi:
    def test_a_token_that_may_not_command_changes_nothing(self, world: World) -> None:
        refused = [kind for kind in tokens(world) if kind[2]]
        before = fingerprint()
        for action in ACTIONS:
            for name, secret, status in refused:
                assert send(world, secret, action) == status, (name, action)
        assert fingerprint() == before

    def test_a_token_that_may_command_is_not_refused(self, world: World) -> None:
        for name, secret, status in tokens(world):
            for action in ACTIONS if not status else ():
                assert send(world, secret, action) in {202, 400, 422}, (name, action)


def tokens(world: World) -> list[tuple[str, str, int]]:
    """Return every kind of token: its name, its secret and the status with which it is refused."""
    here, there = world.depot.site, world.elsewhere
    kinds = [
        ("administrator of all", Role.ADMINISTRATOR, [], 0),
        ("operator of all", Role.OPERATOR, [], 0),
        ("operator here", Role.OPERATOR, [here], 0),
        ("guest of all", Role.GUEST, [], 403),
        ("guest here", Role.GUEST, [here], 403),
        ("administrator elsewhere", Role.ADMINISTRATOR, [there], 404),
        ("operator elsewhere", Role.OPERATOR, [there], 404),
        ("expired", Role.ADMINISTRATOR, [], 401),
        ("revoked", Role.ADMINISTRATOR, [], 401),
    ]
    made = []
    for name, role, sites, status in kinds:
        token, secret = create_token(name=name, role=role, sites=sites, now=utc_now())
        if name == "expired":
            token.expires_at = utc_now()
        if name == "revoked":
            token.revoked_at = utc_now()
        token.last_used_at = utc_now()
        token.save()
        made.append((name, secret, status))
    return [*made, ("none", "", 401), ("made up", "evkit_x", 401)]


def send(world: World, secret: str, action: str) -> int:
    client = Client(headers={"authorization": f"Bearer {secret}"})
    body = {"action": action, "payload": {}}
    path = f"/api/v1/charge-points/{world.depot.charging.identity}/commands"
    return client.post(path, body, content_type="application/json").status_code
