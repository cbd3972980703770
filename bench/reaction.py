"""How soon limits are on the wire: after a charge began, and after the limit of a whole site fell."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

import yaml

from bench.connections import BOOT
from bench.contestants import identities, paths
from bench.load import Client, connect_many
from bench.report import Figure
from tests.support.server import Server

POINTS: Final = 500
RUNNING: Final = 300
STARTS: Final = 12
GOAL_MS: Final = 200.0
QUIET_S: Final = 3.0
"""The site is at rest once no limit was sent for so long."""
LONGEST_S: Final = 300.0
LIMIT_A: Final = 4000.0
TOKEN: Final = """
from evkit.core.clock import utc_now
from sites.services.tokens import create_token
from sites.types import Role
print(create_token(name="bench", role=Role.ADMINISTRATOR, sites=[], now=utc_now())[1])
"""


class Point:
    """A charge point that accepts everything, and notes when limits of charges arrive anywhere."""

    def __init__(self, client: Client, seen: list[float]) -> None:
        self._client, self._seen = client, seen
        self._numbers = count(1)
        client.on_message = self._take
        client.send(BOOT)

    def start(self) -> float:
        """Begin a charge; return when."""
        began = time.perf_counter()
        start = {"connectorId": 1, "idTag": "B4A63CDF2212", "meterStart": 0, "timestamp": _now()}
        self._client.send(json.dumps([2, f"s{next(self._numbers)}", "StartTransaction", start]).encode())
        return began

    def _take(self, frame: bytes) -> None:
        message: list[Any] = json.loads(frame)
        if message[0] != 2:
            return
        _kind, number, action, _payload = message
        self._client.send(json.dumps([3, number, _answer(action)]).encode())
        if action == "SetChargingProfile":
            self._seen.append(time.perf_counter())


def _answer(action: str) -> dict[str, Any]:
    return {"configurationKey": []} if action == "GetConfiguration" else {"status": "Accepted"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reaction() -> list[Figure]:
    """Let charges begin one by one on a site of 500 connectors where most charge already."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(data_dir=Path(folder))
        server.manage("migrate", "--verbosity", "0")
        declared = Path(folder) / "site.yaml"
        declared.write_text(yaml.safe_dump(_site()), encoding="utf-8")
        server.manage("apply_config", str(declared))
        token = server.shell(TOKEN).split()[-1]
        server.start()
        try:
            starts, lowering = asyncio.run(_measure(server, token))
        finally:
            server.stop()
    first = statistics.median(time for time, _last in starts)
    last = statistics.median(time for _first, time in starts)
    note = f"{len(starts)} starts, {RUNNING} of {POINTS} connectors charge; the last after {last:,.0f} ms"
    lowered = f"the first after {lowering[0]:,.0f} ms; half as much for {len(lowering)} connectors"
    return [
        Figure("StartTransaction to limits on the wire", first, "ms", note, at_most=GOAL_MS),
        Figure("a site's limit falls: all limits on the wire", lowering[-1], "ms", lowered),
    ]


async def _measure(server: Server, token: str) -> tuple[list[tuple[float, float]], list[float]]:
    """Return in ms when the first and last limit arrived after each start, and all after the site's fell."""
    seen: list[float] = []
    port = server.port
    points = [Point(client, seen) for client in await connect_many(port, paths(POINTS), at_once=50)]
    await _quiet(seen, at_least=POINTS)  # a default each
    for point in points[:RUNNING]:
        point.start()
    await _quiet(seen, at_least=POINTS + RUNNING)
    times = []
    for point in points[RUNNING : RUNNING + STARTS]:
        began = point.start()
        await _quiet(seen)
        after = [(moment - began) * 1000 for moment in seen if moment > began]
        if after:
            times.append((after[0], after[-1]))
    began = time.perf_counter()
    await asyncio.to_thread(_halve, server, token)
    await _quiet(seen)
    return times, [(moment - began) * 1000 for moment in seen if moment > began]


def _halve(server: Server, token: str) -> None:
    """Lower the limit of the site to half of it, as another system does."""
    request = urllib.request.Request(
        f"{server.url}/api/v1/sites/bench",
        json.dumps({"limit": {"value": LIMIT_A / 2, "unit": "A"}}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method="PATCH",
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


async def _quiet(seen: Sequence[float], at_least: int = 0) -> None:
    """Wait until `at_least` limits were sent, and then nothing for a while.

    Raises:
        TimeoutError: so many are not sent in five minutes, or they do not end.
    """
    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_S):
        while True:
            left = max([began, *seen[-1:]]) + QUIET_S - time.perf_counter()
            if left <= 0 and len(seen) >= at_least:
                return
            await asyncio.sleep(max(left, 0.1))


def _site() -> dict[str, Any]:
    connector = {"number": 1, "max_current_a": 32, "phases": 3, "current": "AC"}
    return {
        "sites": [
            {
                "code": "bench",
                "name": {"fr": "Banc", "en": "Bench"},
                "timezone": "Europe/Paris",
                "limit": {"value": LIMIT_A, "unit": "A"},
                "smart_charging": {"enabled": True, "distribution": "equal"},
                "unknown_tags": "accept",
            }
        ],
        "charge_points": [
            {"identity": identity, "site": "bench", "connectors": [connector]}
            for identity in identities(POINTS)
        ],
    }
