"""The socket of a charge point as tests see it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from chargers.ocpp.consumer import ChargePointConsumer
from chargers.ocpp.engine import Engine


class Socket:
    """The charge point's end of an ASGI WebSocket; `deaf` reads nothing, `gone` has ended."""

    def __init__(self, engine: Engine, identity: str) -> None:
        self.deaf = self.gone = False
        self._incoming: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        scope = {
            "type": "websocket",
            "path": f"/ocpp/{identity}",
            "raw_path": f"/ocpp/{identity}".encode(),
            "headers": [],
            "subprotocols": ["ocpp1.6"],
            "client": ("127.0.0.1", 1),
            "scheme": "ws",
            "extensions": {"websocket.http.response": {}},
        }
        self._incoming.put_nowait({"type": "websocket.connect"})
        consumer = ChargePointConsumer(engine)
        self.task = asyncio.ensure_future(consumer(scope, self._incoming.get, self._take))

    async def _take(self, message: Mapping[str, Any]) -> None:
        if self.deaf:
            await asyncio.Event().wait()
        if self.gone:
            raise OSError("the client has disconnected")
        await self.outgoing.put(message)
        if message["type"] == "websocket.close":
            await self._incoming.put({"type": "websocket.disconnect", "code": message["code"]})

    async def send(self, text: str) -> None:
        await self._incoming.put({"type": "websocket.receive", "text": text})

    async def next(self, kind: str = "websocket.send", seconds: float = 20.0) -> Mapping[str, Any]:
        async with asyncio.timeout(seconds):
            message = await self.outgoing.get()
        assert message["type"] == kind, message
        return message

    async def receive(self, seconds: float = 20.0) -> list[Any]:
        return list(json.loads((await self.next(seconds=seconds))["text"]))

    async def leave(self) -> None:
        await self._incoming.put({"type": "websocket.disconnect", "code": 1000})
        await self.task


async def opened(engine: Engine) -> Socket:
    socket = Socket(engine, "CP")
    await socket.next("websocket.accept")
    return socket
