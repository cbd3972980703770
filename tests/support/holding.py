"""A writer thread that is held up until the test lets it go on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chargers.ocpp.handling import Batch
from chargers.ocpp.intake.lane import Lane
from chargers.ocpp.intake.work import JobWork

PATIENCE_S = 60.0


@asynccontextmanager
async def held_up(lane: Lane) -> AsyncIterator[None]:
    """Keep `lane` at work for as long as the block takes: what is put into it meanwhile waits."""
    entered, release = threading.Event(), threading.Event()

    def hold(_batch: Batch) -> None:
        entered.set()
        release.wait(PATIENCE_S)

    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()
    lane.put(JobWork(hold, done), loop)
    await asyncio.to_thread(entered.wait, PATIENCE_S)
    try:
        yield
    finally:
        release.set()
        await done
