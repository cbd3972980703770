"""Served mode: several web processes on one PostgreSQL and one Redis."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.console.live.test_sockets import SESSION
from tests.support.databases import redis_url
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(120)]

BOOT = b'[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'


@pytest.fixture
def second(served_evkit: Server, tmp_path: Path) -> Iterator[Server]:
    """Another process beside `served_evkit`."""
    folder = tmp_path / "second"
    folder.mkdir()
    server = Server(data_dir=folder, database_url=served_evkit.database_url, redis_url=redis_url())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def token(served_evkit: Server) -> str:
    return served_evkit.manage("create_api_token", "tests", "--role", "administrator").split()[-1]


def booted(server: Server) -> Reply:
    """Connect CP_1 to a process and boot it."""
    reply = shake(server.port, Handshake("/ocpp/CP_1"))
    assert reply.status == 101
    reply.send_text(BOOT)
    assert json.loads(reply.receive()[1])[2]["status"] == "Accepted"
    return reply


def until(read: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + 10
    while not wanted(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.02)
    return value


def test_a_command_given_to_one_process_leaves_through_the_other(
    served_evkit: Server, second: Server, token: str
) -> None:
    charge_point = booted(second)
    asked = time.monotonic()
    command = served_evkit.request(
        "POST",
        "charge-points/CP_1/commands",
        token,
        {"action": "ChangeAvailability", "payload": {"connectorId": 1, "type": "Inoperative"}},
    )
    call = json.loads(charge_point.receive()[1])
    waited = time.monotonic() - asked
    assert call[2:] == ["ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}]
    assert waited < 2.0, "the wake-up was lost: the command went out with a sweep"
    charge_point.send_text(json.dumps([3, call[1], {"status": "Accepted"}]).encode())
    done = until(
        lambda: served_evkit.get(f"commands/{command['id']}", token), lambda got: got["state"] != "sent"
    )
    assert done["state"] == "accepted"
    charge_point.close()


def test_the_newest_socket_wins_across_processes(served_evkit: Server, second: Server, token: str) -> None:
    old = booted(served_evkit)
    new = booted(second)
    assert old.receive()[0] == 8
    old.close()
    time.sleep(0.2)
    assert second.get("charge-points/CP_1", token)["connected"] is True
    new.send_text(b'[2,"h","Heartbeat",{}]')
    assert json.loads(new.receive()[1])[:2] == [3, "h"]
    new.close()


def test_a_killed_process_leaves_its_charge_points_to_the_others(
    served_evkit: Server, second: Server, token: str
) -> None:
    booted(served_evkit)
    served_evkit.kill()
    again = booted(second)
    command = second.request(
        "POST",
        "charge-points/CP_1/commands",
        token,
        {"action": "TriggerMessage", "payload": {"requestedMessage": "Heartbeat"}},
    )
    call = json.loads(again.receive()[1])
    assert call[2] == "TriggerMessage"
    again.send_text(json.dumps([3, call[1], {"status": "Rejected"}]).encode())
    done = until(lambda: second.get(f"commands/{command['id']}", token), lambda got: got["state"] != "sent")
    assert done["state"] == "rejected"
    again.close()


def told(charge_point: Reply, message_id: str, action: str, payload: dict[str, Any]) -> Any:
    """Send a call and return the payload of its answer."""
    charge_point.send_text(json.dumps([2, message_id, action, payload]).encode())
    answer = json.loads(charge_point.receive()[1])
    assert answer[:2] == [3, message_id]
    return answer[2]


def test_a_session_repeated_at_another_process_counts_once(
    served_evkit: Server, second: Server, token: str
) -> None:
    start = {"connectorId": 1, "idTag": "ANY", "meterStart": 100, "timestamp": "2026-01-10T12:00:00Z"}
    stop: dict[str, Any] = {"meterStop": 900, "timestamp": "2026-01-10T13:00:00Z", "idTag": "ANY"}
    started = told(booted(served_evkit), "s1", "StartTransaction", start)
    served_evkit.kill()
    again = booted(second)
    for message_id in ("s1", "s2"):
        assert told(again, message_id, "StartTransaction", start) == started
    stop["transactionId"] = started["transactionId"]
    stopped = told(again, "e1", "StopTransaction", stop)
    again.close()
    once_more = booted(second)
    for message_id in ("e1", "e2"):
        assert told(once_more, message_id, "StopTransaction", stop) == stopped
    once_more.close()
    (kept,) = second.get("transactions?charge_point=CP_1", token)["items"]
    assert (kept["number"], kept["open"], kept["energy_wh"]) == (started["transactionId"], False, 800)


@pytest.fixture
def divided(served_evkit: Server, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """A process for pages and one for charge points, as a proxy would use them."""
    parts = []
    for only in ("pages", "charge-points"):
        folder = tmp_path / only
        folder.mkdir()
        parts.append(
            Server(
                data_dir=folder,
                database_url=served_evkit.database_url,
                redis_url=redis_url(),
                command=f"evkit serve --only {only} --port {{port}}",
            ).start()
        )
    pages, points = parts
    yield pages, points
    pages.stop()
    points.stop()


def status_of(server: Server, path: str) -> int:
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_one_process_serves_pages_and_another_one_charge_points(
    divided: tuple[Server, Server], token: str
) -> None:
    pages, points = divided
    for server in divided:
        assert status_of(server, "/healthz") == status_of(server, "/readyz") == 200
    assert (status_of(pages, "/account/login/"), status_of(points, "/account/login/")) == (200, 404)
    assert status_of(points, "/api/v1/charge-points") == 404
    assert shake(pages.port, Handshake("/ocpp/CP_1")).status == 403
    assert shake(points.port, Handshake("/live/?site=1", subprotocols=None)).status == 403
    with watching(pages) as feed:
        charge_point = booted(points)
        assert json.loads(feed.recv(timeout=10))["charge_points"] == [1]
        command = {"action": "Reset", "payload": {"type": "Soft"}}
        asked = time.monotonic()
        pages.request("POST", "charge-points/CP_1/commands", token, command)
        assert json.loads(charge_point.receive()[1])[2:] == ["Reset", {"type": "Soft"}]
        assert time.monotonic() - asked < 2.0, "the wake-up was lost: the command went out with a sweep"
        charge_point.close()


def watching(server: Server) -> ClientConnection:
    """Open the feed of a page on the only site."""
    cookie, _semicolon, site = server.shell(SESSION).strip().partition(";")
    return connect(
        f"ws://127.0.0.1:{server.port}/live/?site={site}",
        origin=Origin(server.url),
        additional_headers={"Cookie": cookie},
    )


def test_the_parts_need_something_to_meet_in(served_evkit: Server, tmp_path: Path) -> None:
    lonely = Server(
        data_dir=tmp_path,
        database_url=served_evkit.database_url,
        command="evkit serve --only pages --port {port}",
    )
    with pytest.raises(RuntimeError, match="set DATABASE_URL and REDIS_URL"):
        lonely.start()
