"""How soon a site reacts to a charge that begins: from StartTransaction to SetChargingProfile on the wire."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
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
        server.start()
        try:
            times = asyncio.run(_measure(server.port))
        finally:
            server.stop()
    first = statistics.median(time for time, _last in times)
    last = statistics.median(time for _first, time in times)
    note = f"{len(times)} starts, {RUNNING} of {POINTS} connectors charge; the last after {last:,.0f} ms"
    return [Figure("StartTransaction to limits on the wire", first, "ms", note, at_most=GOAL_MS)]


async def _measure(port: int) -> list[tuple[float, float]]:
    """Return when the first and the last limit arrived after each start, in ms."""
    seen: list[float] = []
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
    return times


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
                "limit": {"value": 4000, "unit": "A"},
                "smart_charging": {"enabled": True, "distribution": "equal"},
                "unknown_tags": "accept",
            }
        ],
        "charge_points": [
            {"identity": identity, "site": "bench", "connectors": [connector]}
            for identity in identities(POINTS)
        ],
    }
