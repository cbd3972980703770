"""A charge point's password is changed: the old one is valid until the new one has worked."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from websockets.asyncio.client import connect

from tests.support.handshake import Handshake, shake
from tests.support.server import OCPP_16, Server
from tests.system.test_commands import SECRET, Desk, Device

pytestmark = pytest.mark.timeout(120)
OLD = "correct-horse"


def status(server: Server, password: bytes) -> int:
    reply = shake(server.port, Handshake("/ocpp/CP_2", authorization=b"CP_2:" + password))
    reply.close()
    return reply.status


def test_the_old_password_is_valid_until_the_new_one_has_worked(server: Server) -> None:
    desk = Desk(server)
    server.shell(
        "from chargers.models import ChargePoint\n"
        "from chargers.services.passwords import store_password\n"
        "row = ChargePoint.objects.get(identity='CP_2')\n"
        f"ChargePoint.objects.update(security_profile=1); store_password(row, '{OLD}')"
    )
    asyncio.run(rotate(server, desk))
    assert status(server, OLD.encode()) == 101
    assert status(server, bytes.fromhex(SECRET)) == 101
    assert status(server, OLD.encode()) == 401
    assert status(server, SECRET.encode()) == 101
    assert SECRET not in json.dumps(server.get("messages?charge_point=CP_2&limit=100", desk.token))


async def rotate(server: Server, desk: Desk) -> None:
    credentials = {"Authorization": "Basic " + base64.b64encode(f"CP_2:{OLD}".encode()).decode()}
    url = server.ocpp_url + "CP_2"
    async with connect(url, subprotocols=[OCPP_16], additional_headers=credentials) as socket:
        device = Device(socket)
        await device.boot()
        change = await desk.command("ChangeConfiguration", {"key": "AuthorizationKey", "value": SECRET})
        sent = await device.answers("ChangeConfiguration", {"status": "Accepted"})
        assert sent["value"] == SECRET
        row = await desk.outcome(change, state="accepted")
        assert SECRET not in json.dumps(row)
