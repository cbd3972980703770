from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from chargers.simulator.fleet import Fleet, uniform_specs

ROOT = Path(__file__).parents[3]
COUNT = 1_000
KIB_EACH = 64
MEASURE = """
import asyncio, gc, os, sys
from chargers.simulator.fleet import Fleet, uniform_specs

def resident_kib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024

async def main(url, count):
    specs = uniform_specs(count)
    gc.collect()
    before = resident_kib()
    async with Fleet(specs, url=url, connections_per_s=1000) as fleet:
        await fleet.booted()
        while any(len(cp.wire.outbox) for cp in fleet.charge_points.values()):
            await asyncio.sleep(0.05)
        gc.collect()
        each = (resident_kib() - before) / count
        print(fleet.counters.connected, fleet.counters.errors, each, len(asyncio.all_tasks()))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def accept_everything(socket):
    answer = {"currentTime": "2026-01-01T00:00:00Z", "interval": 300, "status": "Accepted"}
    with suppress(ConnectionClosed):
        async for text in socket:
            frame = json.loads(text)
            payload = answer if frame[2] == "BootNotification" else {}
            await socket.send(json.dumps([3, frame[1], payload]))


class TestUniformSpecs:
    def test_they_are_alike_but_for_identity_and_seed(self):
        first, second = uniform_specs(2, prefix="X_", connectors=3, password="p", seed=1)
        assert (first.identity, second.identity) == ("X_00001", "X_00002")
        assert [part.current for part in first.connectors] == ["AC", "DC", "AC"]
        assert first.seed != second.seed
        assert first.password == "p"


class TestFleet:
    async def test_its_charge_points_share_their_counters(self, csms):
        async with Fleet(uniform_specs(3), url=csms.url) as fleet:
            await fleet.booted()
            assert fleet.counters.connected == 3
            assert (fleet.charging, fleet.power_w) == (0, 0.0)
        assert fleet.counters.connected == 0
        assert Counter(name for name, *_ in csms.calls).keys() == fleet.charge_points.keys()

    @pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
    async def test_a_thousand_idle_charge_points_fit_in_one_process(self):
        """At most 64 KiB of resident memory and two tasks for each connected charge point."""
        async with serve(
            accept_everything, "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")], compression=None
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                MEASURE,
                f"ws://127.0.0.1:{port}/ocpp/",
                str(COUNT),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
            )
            output, _ = await process.communicate()
        connected, errors, each_kib, tasks = output.decode().split()
        assert (int(connected), int(errors)) == (COUNT, 0)
        assert float(each_kib) <= KIB_EACH
        assert int(tasks) <= 2 * COUNT + 5
