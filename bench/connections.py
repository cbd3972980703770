"""Memory per connection, and how long a reconnection storm takes."""

from __future__ import annotations

import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path

from bench import contestants
from bench.load import Client, connect_many
from bench.report import Figure
from tests.support.databases import own_database, postgres_answers
from tests.support.server import Server

BOOT = b'[2,"boot","BootNotification",{"chargePointVendor":"Bench","chargePointModel":"Bench"}]'


def connections(*, count: int) -> list[Figure]:
    """Connect and boot `count` charge points at once; return memory per connection and the time it took."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count * 2 + 512)), hard))
    with tempfile.TemporaryDirectory() as folder:
        if not postgres_answers():
            with contestants.evkit(Path(folder), charge_points=count) as server:
                return asyncio.run(_measure(server, count))
        with (
            own_database() as url,
            contestants.evkit(Path(folder), charge_points=count, database_url=url) as server,
        ):
            return asyncio.run(_measure(server, count))


async def _measure(server: Server, count: int) -> list[Figure]:
    warm = await connect_many(server.port, contestants.paths(50))
    for client in warm:
        client.close()
    await asyncio.sleep(1.0)
    before = _memory_kib(server)
    started = time.monotonic()
    clients = await connect_many(server.port, contestants.paths(count), at_once=500)
    connected_s = time.monotonic() - started
    booted = await _boot_all(clients)
    storm_s = time.monotonic() - started
    await asyncio.sleep(3.0)
    per_connection = (_memory_kib(server) - before) / count
    alive = sum(1 for client in clients if client.transport and not client.transport.is_closing())
    for client in clients:
        client.close()
    return [
        Figure("memory per connection", per_connection, "KiB", f"{alive} of {count} connected", at_most=40.0),
        Figure(
            "reconnect and boot at once",
            storm_s,
            "s",
            f"{booted} of {count} booted; connected in {connected_s:.1f} s",
        ),
    ]


async def _boot_all(clients: list[Client]) -> int:
    accepted = 0
    finished = asyncio.Event()

    def on_message(payload: bytes) -> None:
        nonlocal accepted
        message = json.loads(payload)
        if message[0] == 3 and message[2].get("status") == "Accepted":
            accepted += 1
            if accepted == len(clients):
                finished.set()

    for client in clients:
        client.on_message = on_message
        client.send(BOOT)
    try:
        async with asyncio.timeout(120):
            await finished.wait()
    except TimeoutError:
        pass
    return accepted


def _memory_kib(server: Server) -> float:
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
