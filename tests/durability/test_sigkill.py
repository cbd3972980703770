"""Acknowledged means stored: server and database are killed at random instants, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_server
from tests.durability.witness import Acknowledged, Witness
from tests.support.cluster import Cluster, binaries
from tests.support.server import Server

KILLS = int(os.environ.get("EVKIT_KILLS", "12"))
CHARGE_POINTS = 12

READ = """
import json
from charging.models import MeterSample, Transaction
from chargers.models import VendorMessage, ChargePoint
from history.models import Message
names = dict(ChargePoint.objects.values_list("pk", "identity"))
iso = lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"
vendor = VendorMessage.objects
ended = Transaction.objects.exclude(ended_at=None)
measured = MeterSample.objects.values_list("charge_point_id", "measured_at")
print(json.dumps({
    "samples": [[names[c], iso(t)] for c, t in measured],
    "starts": [[f"{names[c]} {iso(t)}", n] for c, t, n in
               Transaction.objects.values_list("charge_point_id", "started_at", "number")],
    "stops": [[n, m] for n, m in ended.values_list("number", "meter_stop_wh")],
    "vendor_messages": [[names[c], d] for c, d in vendor.values_list("charge_point_id", "data")],
    "frames": [[names[c], m] for c, m in Message.objects.values_list("charge_point_id", "message_id")],
}))
"""


@pytest.fixture
def depot_file(tmp_path: Path) -> Path:
    connectors = "[{number: 1, max_power_w: 50000, current: DC}]"
    lines = ["sites:", "  - {code: depot, name: {fr: D, en: D}, timezone: Europe/Paris}", "charge_points:"]
    lines += [
        f"  - {{identity: W_{number:02d}, site: depot, connectors: {connectors}}}"
        for number in range(CHARGE_POINTS)
    ]
    lines += ["id_tags:", "  - {value: B4A63CDF2212, concurrent: true}"]
    path = tmp_path / "depot.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def charge_while(server: Server, seed: int, disturb: Callable[[random.Random], None]) -> Acknowledged:
    """Let witnesses charge while `disturb` is called KILLS times at random instants."""
    chance = random.Random(seed)
    book = Acknowledged()
    witnesses = [Witness(server.ocpp_url, f"W_{n:02d}", seed + n, book) for n in range(CHARGE_POINTS)]
    tasks = [asyncio.create_task(witness.run()) for witness in witnesses]
    for _kill in range(KILLS):
        await asyncio.sleep(chance.uniform(0.05, 0.8))
        await asyncio.to_thread(disturb, chance)
        crashed = [task for task in tasks if task.done()]
        assert not crashed, crashed[0].exception()
    await asyncio.sleep(1.0)
    for _moment in range(600):
        if book.holds_every_kind():
            break
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return book


def compare(book: Acknowledged, stored: dict[str, Any]) -> None:
    """Every acknowledged message is in the database, and its effect is there exactly once."""
    assert book.holds_every_kind()
    _exactly_once([list(item) for item in book.samples], stored["samples"])
    _exactly_once([list(item) for item in book.starts.items()], stored["starts"])
    _exactly_once([list(item) for item in book.stops.items()], stored["stops"])
    _exactly_once([list(item) for item in book.vendor_messages], stored["vendor_messages"])
    logged = {tuple(item) for item in stored["frames"]}
    assert [frame for frame in book.frames if frame not in logged] == []


def _exactly_once(acknowledged: list[list[Any]], stored: list[list[Any]]) -> None:
    counts: dict[str, int] = {}
    for item in stored:
        counts[json.dumps(item)] = counts.get(json.dumps(item), 0) + 1
    wrong = {json.dumps(item): counts.get(json.dumps(item), 0) for item in acknowledged}
    assert {item: count for item, count in wrong.items() if count != 1} == {}


def report(seed: int, book: Acknowledged) -> None:
    sys.stdout.write(f"seed {seed}: {KILLS} kills, {len(book.frames)} acknowledged messages\n")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_server_killed_at_random_instants_loses_nothing_acknowledged(server: Server) -> None:
    seed = int(os.environ.get("EVKIT_SEED", random.SystemRandom().randrange(10**6)))

    def kill_and_restart(_chance: random.Random) -> None:
        server.kill()
        server.start()

    book = asyncio.run(charge_while(server, seed, kill_and_restart))
    report(seed, book)
    compare(book, json.loads(server.shell(READ)))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if binaries() is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    cluster = Cluster()
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture
def server_on_cluster(tmp_path: Path, cluster: Cluster, depot_file: Path) -> Iterator[Server]:
    yield from run_server(Server(data_dir=tmp_path, database_url=cluster.url), depot_file)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_the_database_killed_at_random_instants_loses_nothing_acknowledged(
    server_on_cluster: Server, cluster: Cluster
) -> None:
    seed = int(os.environ.get("EVKIT_SEED", random.SystemRandom().randrange(10**6)))

    def kill_and_restart(_chance: random.Random) -> None:
        cluster.kill()
        cluster.start()

    book = asyncio.run(charge_while(server_on_cluster, seed, kill_and_restart))
    report(seed, book)
    compare(book, json.loads(server_on_cluster.shell(READ)))
