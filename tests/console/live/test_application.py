from __future__ import annotations

import asyncio
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
from evkit.console.live.hub import LiveHub
from evkit.console.live.page import NOT_ALLOWED
from evkit.console.live.publisher import GROUP
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


def feed(
    cookie: bytes | None, *site_ids: int, path: str = "/live/", hub: LiveHub | None = None
) -> WebsocketCommunicator:
    query = "&".join(f"site={site_id}" for site_id in site_ids)
    headers = [ORIGIN, *([(b"cookie", cookie)] if cookie else [])]
    return WebsocketCommunicator(live_application(hub), f"{path}?{query}", headers=headers)


async def tell(site: int | None, ids: list[int] | None, topic: str = "changed") -> None:
    note = {"type": topic, "site": site, "charge_points": ids}
    await get_channel_layer().group_send(GROUP, {"type": "live", "notes": [note]})


async def is_turned_away(socket: WebsocketCommunicator) -> bool:
    """Tell whether the page is let in only to be told in the close code that it may not look."""
    await socket.connect()
    return await socket.receive_output() == {"type": "websocket.close", "code": NOT_ALLOWED}


@pytest.mark.django_db(transaction=True)
class TestLiveApplication:
    async def test_tells_a_viewer_what_changed_on_the_site(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        assert (await socket.connect())[0]
        await tell(mine, [4, 7])
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
        await tell(other, [4])
        assert await socket.receive_nothing()
        await socket.disconnect()

    async def test_answers_a_ping(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        await socket.send_json_to({"type": "ping"})
        assert await socket.receive_json_from() == {"type": "pong"}
        await socket.disconnect()

    async def test_closes_at_once_when_settings_took_the_right_away(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        await database_sync_to_async(Membership.objects.all().delete)()
        await tell(None, None)
        assert (await socket.receive_json_from())["charge_points"] is None
        assert await socket.receive_output() == {"type": "websocket.close", "code": NOT_ALLOWED}

    async def test_what_nobody_wrote_for_it_is_passed_over(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        for text in ("x", "[", "[1]", '{"type": 7}', '{"type": "dance"}'):
            await socket.send_to(text_data=text)
        await socket.send_to(bytes_data=b"\x00")
        await socket.send_json_to({"type": "ping"})
        assert await socket.receive_json_from() == {"type": "pong"}
        await socket.disconnect()

    async def test_a_paused_page_hears_nothing_until_it_resumes(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine)
        await socket.connect()
        await socket.send_json_to({"type": "pause"})
        await socket.send_json_to({"type": "ping"})
        assert await socket.receive_json_from() == {"type": "pong"}
        await tell(mine, [4])
        await tell(mine, [7])
        assert await socket.receive_nothing(0.3)
        await socket.send_json_to({"type": "resume"})
        assert (await socket.receive_json_from())["charge_points"] == [4, 7]
        await socket.disconnect()

    async def test_turns_a_stranger_away(self) -> None:
        _user, mine, _other = await database_sync_to_async(two_sites)()
        assert await is_turned_away(feed(None, mine))

    async def test_turns_away_who_asks_only_for_the_sites_of_others(self) -> None:
        user, _mine, other = await database_sync_to_async(two_sites)()
        assert await is_turned_away(feed(await database_sync_to_async(session_cookie)(user), other))

    async def test_refuses_a_page_of_another_host(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        cookie = await database_sync_to_async(session_cookie)(user)
        headers = [(b"origin", b"https://example.org"), (b"cookie", cookie)]
        socket = WebsocketCommunicator(live_application(), f"/live/?site={mine}", headers=headers)
        assert not (await socket.connect())[0]

    async def test_refuses_every_other_path(self) -> None:
        assert not (await feed(None, 1, path="/elsewhere/").connect())[0]


@pytest.mark.django_db(transaction=True)
class TestLiveHub:
    async def test_knows_who_has_a_page_open_and_what_they_may_see(self) -> None:
        user, mine, other = await database_sync_to_async(two_sites)()
        cookie = await database_sync_to_async(session_cookie)(user)
        key = cookie.decode().partition("=")[2]
        hub = LiveHub()
        assert hub.language(key) is None
        socket = feed(cookie, mine, hub=hub)
        await socket.connect()
        assert (hub.language(key), hub.sees(key, mine), hub.sees(key, other)) == ("en", True, False)
        assert not hub.sees("another", mine)
        await socket.disconnect()
        assert hub.language(key) is None
        assert not hub.sees(key, mine)

    async def test_knows_nobody_while_rights_may_have_changed(self) -> None:
        user, mine, other = await database_sync_to_async(two_sites)()
        cookie = await database_sync_to_async(session_cookie)(user)
        key = cookie.decode().partition("=")[2]
        hub = LiveHub()
        socket = feed(cookie, mine, other, hub=hub)
        await socket.connect()
        hub._hear({"notes": [{"type": "changed", "site": None, "charge_points": None}]})
        assert not hub.sees(key, mine)
        assert hub.language(key) is None
        async with asyncio.timeout(20):
            while not hub.sees(key, mine):  # noqa: ASYNC110 (the hub tells nobody when it has looked)
                await asyncio.sleep(0.01)
        await socket.disconnect()

    async def test_a_round_begins_with_every_change(self) -> None:
        user, mine, _other = await database_sync_to_async(two_sites)()
        hub = LiveHub()
        socket = feed(await database_sync_to_async(session_cookie)(user), mine, hub=hub)
        await socket.connect()
        before = hub.told_at(mine)
        await tell(mine, [4, 7])
        await socket.receive_json_from()
        assert hub.told_at(mine) > before
        assert hub.covering(mine, {4}) == {4, 7}
        assert hub.covering(mine, {9}) == {9}
        await socket.disconnect()
