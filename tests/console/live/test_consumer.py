from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore

from evkit.console.live.application import live_application
from evkit.console.live.consumer import allowed_groups
from evkit.console.live.publisher import ALL_SITES, site_group
from sites.models import Membership, User
from sites.types import Role
from tests.console.depot import add_site, add_user

ORIGIN = (b"origin", b"http://localhost")


def session_cookie(user: User) -> bytes:
    """Log a user in and return the cookie of the session."""
    request: Any = SimpleNamespace(session=SessionStore(), META={}, user=None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}".encode()


def two_sites() -> tuple[User, int, int]:
    """Return an operator of the first of two sites, and the ids of both."""
    mine, other = add_site("mine"), add_site("other")
    return add_user(Role.OPERATOR, mine), mine.pk, other.pk


def feed(cookie: bytes | None, *site_ids: int, path: str = "/live/") -> WebsocketCommunicator:
    query = "&".join(f"site={site_id}" for site_id in site_ids)
    headers = [ORIGIN, *([(b"cookie", cookie)] if cookie else [])]
    return WebsocketCommunicator(live_application(), f"{path}?{query}", headers=headers)


@pytest.mark.django_db(transaction=True)
class TestLiveConsumer:
    async def test_tells_a_viewer_what_changed_on_the_site(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        assert (await socket.connect())[0]
        message = {"type": "live.changed", "site": mine, "charge_points": [4, 7]}
        await get_channel_layer().group_send(site_group(mine), message)
        assert await socket.receive_json_from() == {
            "type": "changed",
            "site": mine,
            "charge_points": [4, 7],
        }
        await socket.disconnect()

    async def test_tells_nothing_of_the_sites_of_others(self) -> None:
        user, mine, other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine, other)
        assert (await socket.connect())[0]
        message = {"type": "live.changed", "site": other, "charge_points": [4]}
        await get_channel_layer().group_send(site_group(other), message)
        assert await socket.receive_nothing()
        await socket.disconnect()

    async def test_answers_a_ping(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        await socket.send_json_to({"type": "ping"})
        assert await socket.receive_json_from() == {"type": "pong"}
        await socket.disconnect()

    async def test_closes_when_the_viewer_lost_the_right(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        await database_sync_to_async(Membership.objects.all().delete)()
        await socket.send_json_to({"type": "ping"})
        assert (await socket.receive_output())["type"] == "websocket.close"

    async def test_refuses_a_stranger(self) -> None:
        _user, mine, _other = await database_sync_to_async(two_sites)()
        assert not (await feed(None, mine).connect())[0]

    async def test_refuses_who_asks_only_for_the_sites_of_others(self) -> None:
        user, _mine, other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), other)
        assert not (await socket.connect())[0]

    async def test_refuses_a_page_of_another_host(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        cookie = await database_sync_to_async(session_cookie)(user)
        headers = [(b"origin", b"https://example.org"), (b"cookie", cookie)]
        socket = WebsocketCommunicator(live_application(), f"/live/?site={mine}", headers=headers)
        assert not (await socket.connect())[0]

    async def test_refuses_every_other_path(self) -> None:
        assert not (await feed(None, 1, path="/elsewhere/").connect())[0]


@pytest.mark.django_db
class TestAllowedGroups:
    def test_holds_the_visible_sites_among_those_asked_for(self) -> None:
        user, mine, other = two_sites()
        assert allowed_groups(user, frozenset({mine, other})) == {site_group(mine), ALL_SITES}

    def test_an_administrator_sees_every_site(self) -> None:
        _user, mine, other = two_sites()
        admin = add_user(Role.ADMINISTRATOR)
        assert allowed_groups(admin, frozenset({mine, other})) == {
            site_group(mine),
            site_group(other),
            ALL_SITES,
        }

    def test_holds_nothing_for_somebody_without_a_site(self) -> None:
        _user, mine, _other = two_sites()
        assert allowed_groups(add_user(Role.GUEST), frozenset({mine})) == frozenset()
