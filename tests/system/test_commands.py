"""Commands to a charge point through the running server: answers, effects, lost connections, secrets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.support.server import OCPP_16, Server
from tests.system.test_third_party_client import eventually

pytestmark = pytest.mark.timeout(120)

SECRET = "c0ffee00112233445566778899aabbccddeeff00"


class Device:
    """A charge point that answers calls as told and remembers them."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def boot(self) -> None:
        payload = {"chargePointVendor": "V", "chargePointModel": "M"}
        await self.socket.send(json.dumps([2, "boot", "BootNotification", payload]))
        answer = json.loads(await self.socket.recv())
        assert (answer[1], answer[2]["status"]) == ("boot", "Accepted")

    async def called(self, action: str) -> tuple[str, dict[str, Any]]:
        """Wait for the next call, which must be `action`; return its id and payload."""
        kind, message_id, name, payload = json.loads(await asyncio.wait_for(self.socket.recv(), 10))
        assert (kind, name) == (2, action)
        return message_id, payload

    async def answers(self, action: str, confirmation: dict[str, Any]) -> dict[str, Any]:
        message_id, payload = await self.called(action)
        await self.socket.send(json.dumps([3, message_id, confirmation]))
        return payload


class Desk:
    """An operator's program."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.token = server.manage("create_api_token", "tests", "--role", "administrator").split()[-1]

    async def command(self, action: str, payload: dict[str, Any]) -> int:
        body = {"action": action, "payload": payload}
        path = "charge-points/CP_2/commands"
        queued = await asyncio.to_thread(self.server.request, "POST", path, self.token, body)
        return int(queued["id"])

    async def outcome(self, command: int, **wanted: str) -> dict[str, Any]:
        row: dict[str, Any] = await eventually(
            lambda: self.server.get(f"commands/{command}", self.token),
            lambda row: all(row[name] == value for name, value in wanted.items()),
        )
        return row


def test_commands_and_their_effects(server: Server) -> None:
    desk = Desk(server)
    asyncio.run(run(server, desk))
    log = json.dumps(server.get("messages?charge_point=CP_2&limit=100", desk.token))
    assert "AuthorizationKey" in log
    assert SECRET not in log
    assert SECRET not in server.log()


async def run(server: Server, desk: Desk) -> None:
    url = server.ocpp_url + "CP_2"
    async with connect(url, subprotocols=[OCPP_16]) as socket:
        device = Device(socket)
        await device.boot()

        change = await desk.command("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "30"})
        await device.answers("ChangeConfiguration", {"status": "Accepted"})
        entry = {"key": "HeartbeatInterval", "readonly": False, "value": "30"}
        asked = await device.answers("GetConfiguration", {"configurationKey": [entry]})
        assert asked == {"key": ["HeartbeatInterval"]}
        await desk.outcome(change, state="accepted", effect="seen")

        secret = await desk.command("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET})
        assert (await device.answers("ChangeConfiguration", {"status": "Rejected"}))["value"] == SECRET
        row = await desk.outcome(secret, state="rejected")
        assert SECRET not in json.dumps(row)

        reset = await desk.command("Reset", {"type": "Hard"})
        lost = await desk.command("ClearCache", {})
        await device.answers("Reset", {"status": "Accepted"})
        await desk.outcome(reset, state="accepted", effect="not_seen")
        await device.called("ClearCache")
    await desk.outcome(lost, state="timed_out")

    waiting = await desk.command("ClearCache", {})
    async with connect(url, subprotocols=[OCPP_16]) as socket:
        device = Device(socket)
        await device.boot()
        await desk.outcome(reset, state="accepted", effect="seen")
        await device.answers("ClearCache", {"status": "Accepted"})
        await desk.outcome(waiting, state="accepted")
