"""The live feed of a running server, over real sockets."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from evkit.console.live.page import NOT_ALLOWED
from tests.browser.charge_point import ChargePoint
from tests.support.handshake import Handshake, shake
from tests.support.server import Server

SESSION = """
from types import SimpleNamespace
from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from sites.models import Membership, Site, User
user, _new = User.objects.update_or_create(
    username="viewer", defaults={"role": "operator", "is_active": True}
)
Membership.objects.get_or_create(user=user, site=Site.objects.get())
request = SimpleNamespace(session=SessionStore(), META={}, user=None, method="GET")
login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
request.session.save()
print(f"{settings.SESSION_COOKIE_NAME}={request.session.session_key};{Site.objects.get().pk}")
"""
PATIENCE_S = 20.0
END = {
    "log-out": "from django.contrib.sessions.models import Session; Session.objects.all().delete()",
    "password": "from sites.models import User; u = User.objects.get(username='viewer'); "
    "u.set_password('another one'); u.save()",
    "membership": "from sites.models import Membership; Membership.objects.all().delete()",
    "inactive": "from sites.models import User; User.objects.update(is_active=False)",
}


@pytest.fixture
def cookie(shared_evkit: Server) -> str:
    return shared_evkit.shell(SESSION).strip()


def path_of(cookie: str) -> str:
    return f"/live/?site={cookie.partition(';')[2]}"


@pytest.fixture
def feed(shared_evkit: Server, cookie: str) -> Iterator[ClientConnection]:
    with connect(
        f"ws://127.0.0.1:{shared_evkit.port}{path_of(cookie)}",
        origin=Origin(shared_evkit.url),
        additional_headers={"Cookie": cookie.partition(";")[0]},
    ) as connected:
        yield connected


def told(feed: ClientConnection) -> dict[str, object]:
    message: dict[str, object] = json.loads(feed.recv(timeout=PATIENCE_S))
    return message


def hear_out(feed: ClientConnection) -> None:
    while True:
        feed.recv(timeout=PATIENCE_S)


@pytest.mark.slow
class TestLiveFeed:
    def test_tells_what_a_charge_point_did(self, shared_evkit: Server, feed: ClientConnection) -> None:
        charge_point = ChargePoint(shared_evkit.ocpp_url, "CP_1")
        message = told(feed)
        charge_point.close()
        assert (message["type"], message["charge_points"]) == ("changed", [1])

    def test_tells_at_most_four_times_a_second(self, shared_evkit: Server, feed: ClientConnection) -> None:
        charge_point = ChargePoint(shared_evkit.ocpp_url, "CP_1")
        began, messages = time.monotonic(), 0
        while messages < 6:
            charge_point.status(1, "Charging" if messages % 2 else "Available")
            with suppress(TimeoutError):
                feed.recv(timeout=0.01)
                messages += 1
            assert time.monotonic() - began < PATIENCE_S
        charge_point.close()
        assert time.monotonic() - began > (messages - 1) / 4 - 0.2

    @pytest.mark.parametrize("cause", list(END))
    def test_closes_within_seconds_when_the_viewer_may_no_longer_look(
        self, shared_evkit: Server, feed: ClientConnection, cause: str
    ) -> None:
        feed.send('{"type":"ping"}')
        assert told(feed) == {"type": "pong"}
        shared_evkit.shell(END[cause])
        began = time.monotonic()
        with pytest.raises(ConnectionClosed) as closed:
            hear_out(feed)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == NOT_ALLOWED
        assert time.monotonic() - began < PATIENCE_S

    def test_a_browser_that_does_not_read_harms_nobody(self, shared_evkit: Server, cookie: str) -> None:
        deaf = shake(
            shared_evkit.port,
            Handshake(
                path_of(cookie),
                subprotocols=None,
                extra={"Origin": shared_evkit.url, "Cookie": cookie.partition(";")[0]},
            ),
        )
        assert deaf.status == 101
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        charge_point = ChargePoint(shared_evkit.ocpp_url, "CP_1")
        for number in range(300):
            charge_point.status(1, "Charging" if number % 2 else "Available")
        charge_point.close()
        deaf.close()
