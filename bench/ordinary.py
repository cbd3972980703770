"""A load client made of the `websockets` library, as charge points written in Python are.

It costs the machine that it shares with the server about as much as the echo server does, while `bench.load`
costs it next to nothing: the same servers look closer to each other through this one.
"""

from __future__ import annotations

import asyncio
import time

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.load import MakeFrame, Measured


async def closed_loop(
    port: int, paths: list[str], make: MakeFrame, *, seconds: float, warm_up_s: float
) -> Measured:
    """Let a client per path send, await its answer and send again; measure after the warm-up."""
    measured = Measured()
    numbers = iter(range(1, 1_000_000_000))
    state = {"measuring": False, "running": True}

    async def drive(client: ClientConnection) -> None:
        while state["running"]:
            sent_at = time.perf_counter()
            await client.send(make(next(numbers)), text=True)
            await client.recv()
            if state["measuring"]:
                measured.latencies_s.append(time.perf_counter() - sent_at)

    clients = await _open(port, paths)
    running = [asyncio.create_task(drive(client)) for client in clients]
    await asyncio.sleep(warm_up_s)
    state["measuring"] = True
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    state["measuring"], state["running"] = False, False
    measured.seconds = time.perf_counter() - started
    await asyncio.gather(*running)
    for client in clients:
        client.transport.abort()
    return measured


async def _open(port: int, paths: list[str], at_once: int = 50) -> list[ClientConnection]:
    gate = asyncio.Semaphore(at_once)

    async def one(path: str) -> ClientConnection:
        async with gate:
            return await connect(
                f"ws://127.0.0.1:{port}{path}",
                subprotocols=[Subprotocol("ocpp1.6")],
                compression=None,
                ping_interval=None,
                open_timeout=60,
            )

    return await asyncio.gather(*(one(path) for path in paths))
