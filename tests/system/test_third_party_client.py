"""A charge point that evkit has not written runs a whole session against the running server."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import (
    Action,
    AuthorizationStatus,
    ChargePointErrorCode,
    ChargePointStatus,
    Reason,
    RegistrationStatus,
    RemoteStartStopStatus,
)
from websockets.asyncio.client import connect

from tests.support.browsing import Browsing
from tests.support.server import OCPP_16, Server

TAG = "b4a63cdf2212"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Client(ChargePoint):
    """The `ocpp` package's charge point, with a handler for RemoteStopTransaction."""

    def __init__(self, identity: str, socket: Any) -> None:
        super().__init__(identity, socket)
        self.asked_to_stop: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @on(Action.remote_stop_transaction)
    def on_remote_stop(self, transaction_id: int, **_extra: Any) -> Any:
        return call_result.RemoteStopTransaction(status=RemoteStartStopStatus.accepted)

    @after(Action.remote_stop_transaction)
    def after_remote_stop(self, transaction_id: int, **_extra: Any) -> None:
        self.asked_to_stop.set_result(transaction_id)

    @on(Action.get_configuration)
    def on_get_configuration(self, **_extra: Any) -> Any:
        return call_result.GetConfiguration(configuration_key=[], unknown_key=[])

    async def boot_and_start(self) -> int:
        boot = await self.call(call.BootNotification(charge_point_vendor="Third", charge_point_model="Party"))
        assert boot.status == RegistrationStatus.accepted
        assert boot.interval > 0
        await self.status(ChargePointStatus.available)
        await self.status(ChargePointStatus.preparing)
        authorised = await self.call(call.Authorize(id_tag=TAG))
        assert authorised.id_tag_info["status"] == AuthorizationStatus.accepted
        started = await self.call(
            call.StartTransaction(connector_id=1, id_tag=TAG, meter_start=1000, timestamp=now())
        )
        assert started.id_tag_info["status"] == AuthorizationStatus.accepted
        await self.status(ChargePointStatus.charging)
        return int(started.transaction_id)

    async def status(self, status: ChargePointStatus) -> None:
        await self.call(
            call.StatusNotification(
                connector_id=1, error_code=ChargePointErrorCode.no_error, status=status, timestamp=now()
            )
        )

    async def measure(self, transaction: int, energy_wh: int, power_kw: float, soc: int) -> None:
        samples = [
            {"value": str(energy_wh), "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": str(power_kw), "measurand": "Power.Active.Import", "unit": "kW"},
            {"value": str(soc), "measurand": "SoC", "unit": "Percent"},
        ]
        value = {"timestamp": now(), "sampled_value": samples}
        await self.call(call.MeterValues(connector_id=1, transaction_id=transaction, meter_value=[value]))


async def eventually(read: Any, accept: Any, seconds: float = 10.0) -> Any:
    """Return what `read` gives once `accept` agrees."""
    deadline = time.monotonic() + seconds
    while True:
        value = await asyncio.to_thread(read)
        if accept(value):
            return value
        assert time.monotonic() < deadline, value
        await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
def test_a_whole_session_with_remote_stop(server: Server) -> None:
    token = server.manage("create_api_token", "tests", "--role", "operator", "--site", "depot").split()[-1]
    asyncio.run(run_session(server, token))


async def run_session(server: Server, token: str) -> None:
    async with connect(server.ocpp_url + "CP_1", subprotocols=[OCPP_16]) as socket:
        client = Client("CP_1", socket)
        listening = asyncio.create_task(client.start())
        number = await client.boot_and_start()
        await client.measure(number, 1500, 22.1, 40)
        await client.measure(number, 2250, 21.9, 41)

        live = await asyncio.to_thread(server.get, "charge-points/CP_1", token)
        first = next(item for item in live["connectors"] if item["number"] == 1)
        assert live["connected"] is True
        assert (first["status"], first["power_w"], first["energy_wh"]) == ("Charging", 21900.0, 2250.0)
        assert (first["soc_percent"], first["transaction"]) == (41.0, number)

        command = await asyncio.to_thread(
            server.request,
            "POST",
            "charge-points/CP_1/commands",
            token,
            {"action": "RemoteStopTransaction", "payload": {"transactionId": number}},
        )
        assert await asyncio.wait_for(client.asked_to_stop, 20) == number
        await client.call(
            call.StopTransaction(
                transaction_id=number, meter_stop=2300, timestamp=now(), reason=Reason.remote, id_tag=TAG
            )
        )
        await client.status(ChargePointStatus.available)

        done = await eventually(
            lambda: server.get(f"commands/{command['id']}", token), lambda got: got["effect"] == "seen"
        )
        assert done["state"] == "accepted"
        assert len(done["calls"]) == 1
        listening.cancel()
    await shows_the_session(server, token, number)


@pytest.mark.timeout(120)
def test_a_meter_that_tells_gigawatts_counts_nowhere(server: Server) -> None:
    token = server.manage("create_api_token", "tests", "--role", "operator", "--site", "depot").split()[-1]
    number, power_w = asyncio.run(tell_gigawatts(server, token))
    point = server.get("charge-points/CP_1", token)
    first = next(item for item in point["connectors"] if item["number"] == 1)
    assert (first["power_w"], first["energy_wh"]) == (22100.0, 2250.0)
    assert power_w == 22100.0
    assert server.get(f"transactions/{number}", token)["power_peak_w"] == 22100.0
    newest = server.get(f"transactions/{number}/meter-values", token)["items"][-1]["values"]
    assert [each["value"] for each in newest if each["measurand"] == "Power.Active.Import"] == [4294967295.0]
    told = {each["code"] for each in server.get("charge-points/CP_1/deviations", token)["items"]}
    assert "implausible-value" in told


async def tell_gigawatts(server: Server, token: str) -> tuple[int, float]:
    """Measure what can be, then what cannot; return the transaction and what the site draws then, in W."""
    async with connect(server.ocpp_url + "CP_1", subprotocols=[OCPP_16]) as socket:
        client = Client("CP_1", socket)
        listening = asyncio.create_task(client.start())
        number = await client.boot_and_start()
        await client.measure(number, 1500, 22.1, 40)
        await client.measure(number, 2250, 4294967.295, 41)
        site = await asyncio.to_thread(server.get, "sites/depot", token)
        listening.cancel()
    return number, site["power_w"]


async def shows_the_session(server: Server, token: str, number: int) -> None:
    transaction = await asyncio.to_thread(server.get, f"transactions/{number}", token)
    assert transaction["energy_wh"] == 1300.0
    assert transaction["stop_reason"] == "Remote"
    assert transaction["vehicle"] == "bus-1"
    values = await asyncio.to_thread(server.get, f"transactions/{number}/meter-values", token)
    energies = [
        value["value"]
        for item in values["items"]
        for value in item["values"]
        if value["measurand"] == "Energy.Active.Import.Register"
    ]
    assert energies == [1500.0, 2250.0]
    messages = await asyncio.to_thread(server.get, "messages?charge_point=CP_1&limit=100", token)
    actions = {item["action"] for item in messages["items"]}
    assert {"BootNotification", "StartTransaction", "StopTransaction", "RemoteStopTransaction"} <= actions
    page = await asyncio.to_thread(Browsing.as_administrator, server)
    assert "CP_1" in page.get("/sites/depot/")
    assert "Third" in page.get("/sites/depot/charge-points/CP_1/")
