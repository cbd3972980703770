"""Served mode: several web processes on one PostgreSQL and one Redis."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import redis_url
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(120)]

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
