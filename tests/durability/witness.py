"""Charge points that remember what was acknowledged to them, to be compared with the database."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.support.server import OCPP_16

ANSWER_S = 20.0


@dataclass
class Acknowledged:
    """What the central system has confirmed."""

    samples: list[tuple[str, str]] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    stops: dict[int, float] = field(default_factory=dict)
    vendor_messages: list[tuple[str, str]] = field(default_factory=list)
    frames: list[tuple[str, str]] = field(default_factory=list)

    def holds_every_kind(self) -> bool:
        """Tell whether a message of each kind was confirmed."""
        return bool(self.samples and self.starts and self.stops and self.vendor_messages)


class Witness:
    """One charge point that charges in a loop and resends whatever was not acknowledged."""

    def __init__(self, url: str, identity: str, seed: int, book: Acknowledged) -> None:
        self._url, self._identity, self._book = url + identity, identity, book
        self._random = random.Random(seed)
        self._clock = datetime.now(UTC).replace(microsecond=0)
        self._meter = 1000.0
        self._socket: ClientConnection | None = None

    async def run(self) -> None:
        """Charge until cancelled."""
        try:
            while True:
                await self._session()
        finally:
            if self._socket is not None:
                self._socket.transport.abort()

    async def _session(self) -> None:
        started_at = self._next_time()
        answer = await self._call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "B4A63CDF2212",
                "meterStart": int(self._meter),
                "timestamp": started_at,
            },
        )
        number = answer["transactionId"]
        self._book.starts[f"{self._identity} {started_at}"] = number
        for _sample in range(self._random.randint(1, 6)):
            await self._meter_values(number)
        await self._data_transfer()
        self._meter += 10
        await self._call(
            "StopTransaction",
            {"transactionId": number, "meterStop": int(self._meter), "timestamp": self._next_time()},
        )
        self._book.stops[number] = float(int(self._meter))

    async def _meter_values(self, number: int) -> None:
        moment = self._next_time()
        self._meter += self._random.randint(1, 50)
        sample = {"value": str(int(self._meter)), "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        payload = {
            "connectorId": 1,
            "transactionId": number,
            "meterValue": [{"timestamp": moment, "sampledValue": [sample]}],
        }
        await self._call("MeterValues", payload)
        self._book.samples.append((self._identity, moment))

    async def _data_transfer(self) -> None:
        data = uuid.uuid4().hex
        await self._call("DataTransfer", {"vendorId": "witness", "data": data})
        self._book.vendor_messages.append((self._identity, data))

    async def _call(self, action: str, payload: dict[str, Any]) -> dict[str, Any]:
        message_id = uuid.uuid4().hex[:32]
        frame = json.dumps([2, message_id, action, payload])
        while True:
            try:
                answer = await self._exchange(frame, message_id)
            except (OSError, WebSocketException, TimeoutError):
                await self._drop()
                continue
            self._book.frames.append((self._identity, message_id))
            return answer

    async def _exchange(self, frame: str, message_id: str) -> dict[str, Any]:
        if self._socket is None:
            self._socket = await connect(
                self._url, subprotocols=[OCPP_16], compression=None, open_timeout=10, ping_interval=None
            )
        async with asyncio.timeout(ANSWER_S):
            await self._socket.send(frame)
            while True:
                received = json.loads(await self._socket.recv())
                if received[0] == 2:
                    await self._socket.send(json.dumps([4, received[1], "NotSupported", "", {}]))
                elif received[1] == message_id:
                    assert received[0] == 3, received
                    return dict(received[2])

    async def _drop(self) -> None:
        if self._socket is not None:
            self._socket.transport.abort()
            self._socket = None
        await asyncio.sleep(0.05)

    def _next_time(self) -> str:
        self._clock += timedelta(milliseconds=self._random.randint(1, 900))
        return self._clock.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self._clock.microsecond // 1000:03d}Z"
