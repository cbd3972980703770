"""All live pages of this process: hears the channel layer once for all of them, checks that they may look."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from evkit.console.live.notes import CHANGED
from evkit.console.live.page import GOING_AWAY, NOT_ALLOWED, LivePage
from evkit.console.live.publisher import GROUP, publisher
from evkit.console.live.viewers import viewers
from evkit.core.clock import utc_now

log = logging.getLogger(__name__)

CHECK_S: Final = 5.0
AGAIN_S: Final = 1.0


class LiveHub:
    """Tells the pages of this process what changed, and closes those of viewers who may no longer look.

    It works while there are pages: one subscription and one look at all their sessions every `check_s`
    seconds, and at once when settings changed, however many pages there are.
    """

    def __init__(self, check_s: float = CHECK_S) -> None:
        self._check_s = check_s
        self._pages: set[LivePage] = set()
        self._check_now = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()

    async def join(self, page: LivePage) -> bool:
        """Admit a page from now on; tell whether its viewer may look."""
        found = await database_sync_to_async(viewers)([page.session_key], utc_now())
        if not page.allow(found.get(page.session_key)):
            return False
        self._pages.add(page)
        publisher.attach(asyncio.get_running_loop())
        if not self._tasks:
            self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._check)]
        await self._listening.wait()
        return True

    async def leave(self, page: LivePage) -> None:
        """Forget a page; with the last one the hub rests."""
        self._pages.discard(page)
        if self._pages:
            return
        tasks, self._tasks = self._tasks, []
        self._listening.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        """Hand on what the channel layer says; start again when it fails."""
        while True:
            try:
                await self._listen_to_layer()
            except Exception as error:  # noqa: BLE001 (whatever the layer's driver raises)
                log.warning("live_feed_interrupted", extra={"cause": str(error)})
            self._listening.set()
            await asyncio.sleep(AGAIN_S)
            self._tell({"notes": [{"type": CHANGED, "site": None, "charge_points": None}]})

    async def _listen_to_layer(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self._listening.set()
        try:
            while True:
                self._tell(await layer.receive(channel))
        finally:
            await layer.group_discard(GROUP, channel)

    def _tell(self, message: Mapping[str, Any]) -> None:
        notes = message["notes"]
        if any(note["site"] is None for note in notes):
            self._check_now.set()
        for page in self._pages:
            page.tell(notes)

    async def _check(self) -> None:
        """Look again and again whether the viewers may still look."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._check_now.wait(), self._check_s)
            self._check_now.clear()
            try:
                await self._check_all()
            except Exception:
                log.exception("live_feed_check_failed")

    async def _check_all(self) -> None:
        pages = list(self._pages)
        keys = {page.session_key for page in pages}
        found = await database_sync_to_async(viewers)(keys, utc_now())
        now = time.monotonic()
        for page in pages:
            if not page.allow(found.get(page.session_key)):
                page.end(NOT_ALLOWED)
            elif page.silent(now):
                page.end(GOING_AWAY)
