"""A simulated charge point goes from an open link to its own certificate, as it is told to (A05)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chargers.simulator.charge_point import SimulatedChargePoint
from chargers.simulator.spec import ChargePointSpec
from tests.conftest import run_server
from tests.support.server import Server, free_port
from tests.system.test_commands import Desk

pytestmark = pytest.mark.timeout(180)
CENTRAL = {"certificateType": "CentralSystemRootCertificate"}


@pytest.fixture
def secure_evkit(tmp_path: Path, database_url: str, depot_file: Path) -> Iterator[Server]:
    """A running server with a TLS listener, once on each database."""
    server = Server(data_dir=tmp_path, database_url=database_url, tls_port=free_port())
    yield from run_server(server, depot_file)


async def done(desk: Desk, action: str, payload: dict[str, Any], **expected: Any) -> Any:
    """Send a command and wait for its outcome."""
    return await desk.outcome(await desk.command(action, payload), **{"state": "accepted", **expected})


async def connected_with(desk: Desk, server: Server, profile: int) -> None:
    """Wait until the charge point is connected with a profile, and asks for nothing less."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(server.get, "charge-points/CP_2", desk.token)
            if found["connected"] and found["security_profile"] == profile:
                return
            await asyncio.sleep(0.1)


async def climb(server: Server, desk: Desk) -> None:
    spec = ChargePointSpec("CP_2", secure_url=server.secure_ocpp_url, reconnect_s=0.1, file_step_s=0.05)
    async with SimulatedChargePoint(spec, url=server.ocpp_url, history=500) as cp:
        await cp.booted()
        await done(desk, "ChangeConfiguration", {"key": "AuthorizationKey", "value": "ab" * 20})
        raised = {"key": "SecurityProfile"}
        await done(desk, "ChangeConfiguration", raised | {"value": "1"})
        await connected_with(desk, server, 1)
        await done(desk, "InstallCertificate", CENTRAL, effect="seen")
        await done(desk, "ChangeConfiguration", raised | {"value": "2"})
        await connected_with(desk, server, 2)
        await cp.booted()
        await done(desk, "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
        await certificate_taken(desk, server)
        await done(desk, "ChangeConfiguration", raised | {"value": "3"})
        await connected_with(desk, server, 3)
        await cp.booted()
        await done(desk, "GetInstalledCertificateIds", CENTRAL)
        await done(desk, "GetLog", {"logType": "SecurityLog", "log": {}})
        await log_arrived(desk, server)


async def certificate_taken(desk: Desk, server: Server) -> None:
    """Wait until the charge point has said that it uses its certificate."""
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(server.get, "charge-points/CP_2/certificates", desk.token)
            if [row["state"] for row in found["issued"]] == ["accepted"]:
                return
            await asyncio.sleep(0.1)


async def log_arrived(desk: Desk, server: Server) -> None:
    async with asyncio.timeout(30):
        while True:
            found = await asyncio.to_thread(server.get, "charge-points/CP_2/files", desk.token)
            if found["items"] and found["items"][0]["state"] == "uploaded":
                assert found["items"][0]["size"] > 0
                return
            await asyncio.sleep(0.1)


def test_from_an_open_link_to_a_certificate(secure_evkit: Server) -> None:
    asyncio.run(climb(secure_evkit, Desk(secure_evkit)))


def test_a_profile_that_does_not_work_is_given_up_and_the_old_one_still_counts(live_evkit: Server) -> None:
    """A05.FR.08: here the central system has no TLS listener at all."""

    async def run() -> None:
        desk = Desk(live_evkit)
        spec = ChargePointSpec("CP_2", secure_url=f"wss://localhost:{free_port()}/ocpp/", reconnect_s=0.05)
        async with SimulatedChargePoint(spec, url=live_evkit.ocpp_url, history=500) as cp:
            await cp.booted()
            await done(desk, "ChangeConfiguration", {"key": "AuthorizationKey", "value": "cd" * 20})
            await done(desk, "InstallCertificate", CENTRAL, effect="seen")
            await done(desk, "ChangeConfiguration", {"key": "SecurityProfile", "value": "2"})
            await cp.until(lambda: not cp.online)
            await cp.until(lambda: cp.online)
            assert cp.configuration.text("SecurityProfile") == "0"
            found = await asyncio.to_thread(live_evkit.get, "charge-points/CP_2", desk.token)
            assert found["security_profile"] == 0

    asyncio.run(run())
