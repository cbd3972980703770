"""Peculiar charge points at the running server: each is recognised by what it says of itself at boot."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import run_server
from tests.support.server import OCPP_16, Server

pytestmark = pytest.mark.timeout(180)

MAKES = ("abb", "elvi", "entratek", "evbox", "huawei", "keba", "plain")
DEPOT = "sites:\n  - {code: depot, name: {fr: D, en: D}}\ncharge_points:\n" + "\n".join(
    f"  - {{identity: {make}, site: depot, connectors: [{{number: 1, max_power_w: 22000, current: AC}}]}}"
    for make in MAKES
)
TAGS = "\nid_tags:\n  - {value: 047DAFBA}\n"
LIMIT = {
    "connectorId": 1,
    "csChargingProfiles": {
        "chargingProfileId": 7,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0, "numberPhases": 3}],
        },
    },
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("quirks")
    declared = folder / "depot.yaml"
    declared.write_text(DEPOT + TAGS, encoding="utf-8")
    yield from run_server(Server(data_dir=folder), declared)


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    return server.manage("create_api_token", "tests", "--role", "administrator").split()[-1]


@asynccontextmanager
async def charge_point(server: Server, identity: str) -> AsyncIterator[ClientConnection]:
    async with connect(server.ocpp_url + identity, subprotocols=[OCPP_16]) as socket:
        yield socket


async def ask(socket: ClientConnection, action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    mine = f"{action}-{time.monotonic_ns()}"
    await socket.send(json.dumps([2, mine, action, payload]))
    kind, message_id, answer = json.loads(await asyncio.wait_for(socket.recv(), 10))
    assert (kind, message_id) == (3, mine)
    return dict(answer)


async def boot(socket: ClientConnection, vendor: str, model: str) -> None:
    answer = await ask(socket, "BootNotification", {"chargePointVendor": vendor, "chargePointModel": model})
    assert answer["status"] == "Accepted"


async def called(socket: ClientConnection, action: str, seconds: float = 20) -> dict[str, Any]:
    """Return the payload of the next call, which must be `action`; it is accepted."""
    kind, message_id, name, payload = json.loads(await asyncio.wait_for(socket.recv(), seconds))
    assert (kind, name) == (2, action)
    await socket.send(json.dumps([3, message_id, {"status": "Accepted"}]))
    return dict(payload)


async def order(server: Server, token: str, identity: str, action: str, payload: Mapping[str, Any]) -> None:
    body = {"action": action, "payload": payload}
    await asyncio.to_thread(server.request, "POST", f"charge-points/{identity}/commands", token, body)


def test_one_that_never_boots_again_is_commanded_soon_after_it_came_back(server: Server, token: str) -> None:
    async def run() -> None:
        async with charge_point(server, "abb") as socket:
            await boot(socket, "ABB", "Terra 54")
        async with charge_point(server, "abb") as socket:
            began = time.monotonic()
            await order(server, token, "abb", "ClearCache", {})
            await called(socket, "ClearCache", seconds=12)
            assert time.monotonic() - began < 12

    asyncio.run(run())


def test_one_that_takes_no_stack_gets_level_zero(server: Server, token: str) -> None:
    async def run() -> None:
        async with charge_point(server, "elvi") as socket:
            await boot(socket, "EV-BOX", "Elvi")
            await order(server, token, "elvi", "SetChargingProfile", LIMIT)
            profile = (await called(socket, "SetChargingProfile"))["csChargingProfiles"]
            assert profile["stackLevel"] == 0

    asyncio.run(run())


def test_one_that_takes_watts_only_gets_watts(server: Server, token: str) -> None:
    async def run() -> None:
        async with charge_point(server, "huawei") as socket:
            await boot(socket, "Huawei", "SCharger-22KT")
            await order(server, token, "huawei", "SetChargingProfile", LIMIT)
            profile = (await called(socket, "SetChargingProfile"))["csChargingProfiles"]
            schedule = profile["chargingSchedule"]
            assert schedule["chargingRateUnit"] == "W"
            assert schedule["chargingSchedulePeriod"][0]["limit"] == 16 * 230 * 3

    asyncio.run(run())


def test_an_ordinary_one_gets_what_was_asked_for(server: Server, token: str) -> None:
    async def run() -> None:
        async with charge_point(server, "plain") as socket:
            await boot(socket, "Somebody", "Something")
            await order(server, token, "plain", "SetChargingProfile", LIMIT)
            assert (await called(socket, "SetChargingProfile")) == LIMIT
            talk = await ask(socket, "DataTransfer", {"vendorId": "com.somebody", "data": "x"})
            assert talk == {"status": "UnknownVendorId"}

    asyncio.run(run())


def test_one_that_leaves_large_requests_unanswered_is_asked_for_four_keys_at_a_time(
    server: Server, token: str
) -> None:
    keys = ["HeartbeatInterval", "ConnectionTimeOut", "MeterValueSampleInterval", "LocalPreAuthorize"]

    async def run() -> None:
        async with charge_point(server, "entratek") as socket:
            await boot(socket, "Entratek", "Power Dot")
            await order(server, token, "entratek", "GetConfiguration", {})
            kind, _message_id, name, payload = json.loads(await asyncio.wait_for(socket.recv(), 20))
            assert (kind, name) == (2, "GetConfiguration")
            assert 1 <= len(payload["key"]) <= len(keys)

    asyncio.run(run())


def test_one_that_talks_to_its_maker_is_left_to_talk(server: Server) -> None:
    async def run() -> None:
        async with charge_point(server, "evbox") as socket:
            await boot(socket, "EV-BOX", "G4")
        async with charge_point(server, "evbox") as socket:
            answer = await ask(socket, "DataTransfer", {"vendorId": "EV-BOX", "messageId": "x", "data": "y"})
            assert answer == {"status": "Accepted"}

    asyncio.run(run())


def test_one_that_adds_to_id_tags_is_understood_once_that_is_switched_on(server: Server) -> None:
    async def run() -> list[str]:
        statuses = []
        async with charge_point(server, "keba") as socket:
            await boot(socket, "Keba AG", "KC-P30")
            for switched in (False, True):
                if switched:
                    server.shell(
                        "from chargers.models import ChargePoint\n"
                        "ChargePoint.objects.filter(identity='keba')"
                        ".update(quirk_switches={'tag_suffix': True})"
                    )
                answer = await ask(socket, "Authorize", {"idTag": "047dafba7f823100"})
                statuses.append(answer["idTagInfo"]["status"])
        return statuses

    assert asyncio.run(run()) == ["Invalid", "Accepted"]
