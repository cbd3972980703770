"""Load of its own process: a busy site. `python -m bench.busy_points PORT COUNT WARM SECONDS`.

Every charge point sends MeterValues of its charging connector each 10 s, and each 60 s a status of the other
connector that differs from the one before: at 500 charge points 58 calls a second, evenly spread. It prints
the times from call to answer as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from itertools import count

from bench.connections import BOOT
from bench.load import Client, connect_many
from chargers.simulator.fleet import uniform_specs

METER_S = 10.0
STATUS_S = 60.0
MEASURANDS = (
    ("Power.Active.Import", "W", 11_000.0),
    ("Energy.Active.Import.Register", "Wh", 1_200_000.0),
    ("Current.Import", "A", 16.0),
    ("SoC", "Percent", 40.0),
)


class BusyPoint:
    """One charge point: sends at its times and notes how long answers take."""

    def __init__(self, client: Client, latencies: list[tuple[float, float]]) -> None:
        self._client = client
        self._latencies = latencies
        self._numbers = count(1)
        self._sent: dict[str, float] = {}
        client.on_message = self._answered

    def call(self, action: str, payload: dict[str, object]) -> None:
        """Send a call."""
        number = str(next(self._numbers))
        self._sent[number] = time.perf_counter()
        self._client.send(json.dumps([2, number, action, payload]).encode())

    def status(self, connector: int, status: str) -> None:
        """Send the status of a connector."""
        call = {"connectorId": connector, "status": status, "errorCode": "NoError", "timestamp": _now()}
        self.call("StatusNotification", call)

    def meter(self, step: int) -> None:
        """Send the values of connector 2."""
        sampled = [
            {"measurand": measurand, "unit": unit, "value": f"{value + step:.1f}"}
            for measurand, unit, value in MEASURANDS
        ]
        values = [{"timestamp": _now(), "sampledValue": sampled}]
        self.call("MeterValues", {"connectorId": 2, "meterValue": values})

    def _answered(self, frame: bytes) -> None:
        kind, number, *_rest = json.loads(frame)
        sent = self._sent.pop(number, None)
        if kind == 3 and sent is not None:
            now = time.perf_counter()
            self._latencies.append((now, now - sent))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _drive(point: BusyPoint, share: float) -> None:
    """Send for ever; `share` (0..1) of the interval is this charge point's place in it."""
    point.status(1, "Available")
    point.status(2, "Charging")
    began = time.monotonic() + share * METER_S
    for step in count():
        await asyncio.sleep(began + step * METER_S - time.monotonic())
        point.meter(step % 50)
        if step % (STATUS_S / METER_S) == int(share * 1000) % (STATUS_S // METER_S):
            point.status(1, "Preparing" if step // (STATUS_S / METER_S) % 2 else "Available")


async def main(port: int, points: int, warm_s: float, seconds: float) -> None:
    """Connect, warm up, measure, print."""
    latencies: list[tuple[float, float]] = []
    paths = [f"/ocpp/{spec.identity}" for spec in uniform_specs(points)]
    clients = await connect_many(port, paths, at_once=50)
    driven = []
    for index, client in enumerate(clients):
        client.send(BOOT)
        point = BusyPoint(client, latencies)
        driven.append(asyncio.create_task(_drive(point, index / points)))
    await asyncio.sleep(warm_s)
    print("warm", flush=True)
    since = time.perf_counter()
    await asyncio.sleep(seconds)
    print(json.dumps([seen for at, seen in latencies if at - seen >= since]), flush=True)
    for task in driven:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
