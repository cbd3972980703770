"""A vehicle is plugged in, and the running server starts its charge over a real WebSocket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_server
from tests.support.handshake import Handshake, Reply, shake
from tests.support.server import Server

DEPOT = """sites:
  - code: depot
    name: {fr: D, en: D}
    automatic_start: FLEET
    automatic_restart: true
charge_points:
  - {identity: CP_1, site: depot, connectors: [{number: 1, max_power_w: 22000, current: AC}]}
id_tags:
  - {value: FLEET, concurrent: true}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("automatic")
    declared = folder / "depot.yaml"
    declared.write_text(DEPOT, encoding="utf-8")
    command, environment = "evkit run --port {port}", {"DEMO": "0"}
    yield from run_server(Server(data_dir=folder, command=command, extra_environment=environment), declared)


def ask(reply: Reply, action: str, payload: dict[str, Any]) -> dict[str, Any]:
    message_id = f"{action}-{time.monotonic()}"
    reply.send_text(json.dumps([2, message_id, action, payload]).encode())
    while True:
        opcode, text = reply.receive()
        assert opcode in {1, 9}, text
        frame: list[Any] = json.loads(text) if opcode == 1 else [0]
        if frame[:2] == [3, message_id]:
            answer: dict[str, Any] = frame[2]
            return answer
        if frame[0] == 2:
            reply.send_text(json.dumps([3, frame[1], {"status": "Rejected"}]).encode())


def await_call(reply: Reply, action: str, seconds: float) -> dict[str, Any]:
    """Return the payload of the next call of this action, accepted; others are refused."""
    deadline = time.monotonic() + seconds
    reply.socket.settimeout(seconds)
    while time.monotonic() < deadline:
        opcode, text = reply.receive()
        frame: list[Any] = json.loads(text) if opcode == 1 else [0]
        if frame[0] != 2:
            continue
        wanted = frame[2] == action
        status = "Accepted" if wanted else "Rejected"
        reply.send_text(json.dumps([3, frame[1], {"status": status}]).encode())
        if wanted:
            payload: dict[str, Any] = frame[3]
            return payload
    raise AssertionError(f"no {action} came")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status(reply: Reply, value: str) -> None:
    ask(
        reply,
        "StatusNotification",
        {"connectorId": 1, "errorCode": "NoError", "status": value, "timestamp": now()},
    )


def test_a_plugged_in_vehicle_is_started_and_started_again_after_a_power_cut(server: Server) -> None:
    reply = shake(server.port, Handshake("/ocpp/CP_1"))
    ask(reply, "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    status(reply, "Preparing")
    assert await_call(reply, "RemoteStartTransaction", 30) == {"connectorId": 1, "idTag": "FLEET"}
    started = ask(
        reply,
        "StartTransaction",
        {"connectorId": 1, "idTag": "FLEET", "meterStart": 0, "timestamp": now()},
    )
    assert started["idTagInfo"]["status"] == "Accepted"
    status(reply, "Charging")
    ask(
        reply,
        "StopTransaction",
        {
            "transactionId": started["transactionId"],
            "meterStop": 100,
            "timestamp": now(),
            "reason": "PowerLoss",
        },
    )
    status(reply, "Finishing")
    assert await_call(reply, "RemoteStartTransaction", 30)["idTag"] == "FLEET"
    reply.close()
