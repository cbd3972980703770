"""The live feed and the figures for monitoring, for every role and for strangers."""

from __future__ import annotations

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from evkit.console.live.application import live_application
from evkit.console.live.page import NOT_ALLOWED
from evkit.core.clock import utc_now
from sites.models import Site, User
from sites.services.tokens import create_token
from sites.types import Role
from tests.console.roles.world import EVERYBODY, Who, World, add_people, browser, make_world, place

MAY_LOOK = {"administrator", "operator", "guest"}


def prepare(who: Who) -> tuple[bytes, int]:
    """Return somebody's cookie and the depot's id."""
    people = add_people()
    world = make_world(people["operator"])
    place(people, world)
    cookie = browser(who, people).cookies.get(settings.SESSION_COOKIE_NAME)
    value = f"{settings.SESSION_COOKIE_NAME}={cookie.value}" if cookie else ""
    return value.encode(), world.depot.site.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.name)
@pytest.mark.parametrize(("host", "trusted"), [(b"http://localhost", True), (b"http://evil.example", False)])
async def test_the_feed_of_a_site_is_for_its_members_and_for_pages_of_this_host(
    who: Who, host: bytes, trusted: bool
) -> None:
    cookie, site = await database_sync_to_async(prepare)(who)
    headers = [(b"origin", host), *([(b"cookie", cookie)] if cookie else [])]
    socket = WebsocketCommunicator(live_application(), f"/live/?site={site}", headers=headers)
    shaken, _code = await socket.connect()
    assert shaken == trusted
    if trusted and who.name not in MAY_LOOK:
        assert await socket.receive_output() == {"type": "websocket.close", "code": NOT_ALLOWED}
    elif trusted:
        await socket.send_to(text_data='{"type":"ping"}')
        assert await socket.receive_json_from() == {"type": "pong"}
    await socket.disconnect()


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return add_people()


@pytest.fixture
def world(people: dict[str, User]) -> World:
    world = make_world(people["operator"])
    place(people, world)
    return world


class TestMetrics:
    @pytest.mark.parametrize("role", Role)
    def test_are_for_a_token_of_every_site(self, world: World, role: Role) -> None:
        assert metrics(role) == 200
        assert metrics(role, world.depot.site) == 401

    def test_a_log_in_does_not_open_them(self, world: World, people: dict[str, User]) -> None:
        for who in EVERYBODY:
            client = browser(who, people)
            assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 401, who.name


def metrics(role: Role, *sites: Site) -> int:
    """Return the status of the figures, asked for from another machine with a new token."""
    name = f"{role} {len(sites)}"
    _token, secret = create_token(name=name, role=role, sites=sites, now=utc_now())
    client = Client(headers={"authorization": f"Bearer {secret}"})
    return client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code
