from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from evkit.console.live.notes import MANY
from evkit.console.live.page import GOING_AWAY, PAUSED_S, SILENT_S, LivePage
from evkit.core.recorders import Actor
from sites.permissions import Principal
from sites.types import Role

VIEWER = Principal(Role.GUEST, frozenset({1}), Actor(name="guest"))


class TestLivePage:
    async def test_what_waits_for_a_browser_that_does_not_read_stays_small(self) -> None:
        page = LivePage("key", frozenset({1}))
        page.allow(VIEWER)
        sent: list[Mapping[str, Any]] = []
        free = asyncio.Event()

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)
            await free.wait()

        async def receive() -> Mapping[str, Any]:
            await asyncio.Event().wait()
            return {}

        serving = asyncio.create_task(page.serve(receive, send))
        for number in range(3 * MANY):
            page.tell([{"type": "changed", "site": 1, "charge_points": [number]}])
            await asyncio.sleep(0)
        assert len(sent) == 1
        free.set()
        async with asyncio.timeout(20):
            while len(sent) < 2:  # noqa: ASYNC110 - the page tells nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert [message["text"] for message in sent[1:]] == [
            '{"type":"changed","site":1,"charge_points":null}'
        ]
        page.end(GOING_AWAY)
        await serving
        assert sent[-1] == {"type": "websocket.close", "code": GOING_AWAY}

    async def test_one_that_says_nothing_is_gone_a_paused_one_later(self) -> None:
        page = LivePage("key", frozenset({1}))
        assert not page.silent(time.monotonic() + SILENT_S - 1)
        assert page.silent(time.monotonic() + SILENT_S + 1)
        page._awake.clear()
        assert not page.silent(time.monotonic() + SILENT_S + 1)
        assert page.silent(time.monotonic() + PAUSED_S + 1)
