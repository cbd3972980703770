from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from evkit.core.lanes import ARRIVED, LIVE_HEADER, PAGES_AT_ONCE, Lane, Lanes


class Pages:
    """An application whose answers begin and end when the test says so."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.begin = asyncio.Event()
        self.end = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope[ARRIVED] <= time.monotonic()
        self.entered.append(scope["path"])
        await self.begin.wait()
        await send({"type": "http.response.start"})
        await self.end.wait()
        await send({"type": "http.response.body"})


async def ask(lanes: Lanes, path: str, *headers: tuple[bytes, bytes]) -> list[str]:
    sent: list[str] = []

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message["type"])

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request"}

    await lanes({"type": "http", "path": path, "headers": list(headers)}, receive, send)
    return sent


async def asked(lanes: Lanes, *requests: tuple[Any, ...]) -> list[asyncio.Task[list[str]]]:
    tasks = [asyncio.create_task(ask(lanes, *request)) for request in requests]
    await asyncio.sleep(0.01)
    return tasks


class TestLanes:
    async def test_only_so_many_pages_are_worked_on_at_a_time(self) -> None:
        pages = Pages()
        tasks = await asked(Lanes(pages), *((f"/{number}",) for number in range(PAGES_AT_ONCE + 3)))
        assert pages.entered == [f"/{number}" for number in range(PAGES_AT_ONCE)]
        pages.begin.set()
        pages.end.set()
        assert await asyncio.gather(*tasks) == [["http.response.start", "http.response.body"]] * 7

    async def test_a_slow_reader_holds_nobody_up(self) -> None:
        pages = Pages()
        tasks = await asked(Lanes(pages), *((f"/{number}",) for number in range(PAGES_AT_ONCE + 1)))
        pages.begin.set()
        await asyncio.sleep(0.01)
        assert len(pages.entered) == PAGES_AT_ONCE + 1
        pages.end.set()
        await asyncio.gather(*tasks)

    async def test_clicks_do_not_wait_behind_the_live_feed(self) -> None:
        pages = Pages()
        tasks = await asked(Lanes(pages), ("/1", LIVE_HEADER), ("/2", LIVE_HEADER), ("/click",))
        assert pages.entered == ["/1", "/click"]
        pages.begin.set()
        pages.end.set()
        await asyncio.gather(*tasks)
        assert pages.entered == ["/1", "/click", "/2"]

    async def test_probes_wait_for_nobody(self) -> None:
        pages = Pages()
        requests = [(f"/{number}",) for number in range(PAGES_AT_ONCE)]
        tasks = await asked(Lanes(pages), *requests, ("/healthz",), ("/readyz",), ("/metrics",))
        assert pages.entered[PAGES_AT_ONCE:] == ["/healthz", "/readyz", "/metrics"]
        pages.begin.set()
        pages.end.set()
        await asyncio.gather(*tasks)

    async def test_a_failure_gives_the_place_back(self) -> None:
        async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
            raise ValueError

        lanes = Lanes(broken)
        for _time in range(PAGES_AT_ONCE + 1):
            (task,) = await asked(lanes, ("/",))
            assert isinstance(task.exception(), ValueError)


class TestLane:
    async def test_rests_as_long_as_the_turn_took(self) -> None:
        lane = Lane(1, rest=1.0)
        leave = await lane.enter()
        await asyncio.sleep(0.05)
        leave()
        began = time.monotonic()
        await asyncio.wait_for(lane.enter(), 20)
        assert time.monotonic() - began > 0.04
