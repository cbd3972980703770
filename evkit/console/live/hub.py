"""All live pages of this process: hears the channel layer once for all of them, checks that they may look."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from evkit.console.live.cards import site_memory
from evkit.console.live.notes import CHANGED, Notes
from evkit.console.live.page import GOING_AWAY, NOT_ALLOWED, LivePage
from evkit.console.live.publisher import GROUP, publisher
from evkit.console.live.rounds import Rounds
from evkit.console.live.viewers import Viewer, viewers
from evkit.core.clock import utc_now
from sites.permissions import Right

log = logging.getLogger(__name__)

CHECK_S: Final = 5.0
AGAIN_S: Final = 1.0
TURN: Final = 5
PACE_S: Final = 0.0025
FEW: Final = 3
SETTLE_S: Final = 0.5


class LiveHub:
    """Tells the pages of this process what changed, and closes those of viewers who may no longer look.

    It works while there are pages: one subscription and one look at all their sessions every `check_s`
    seconds, and at once when settings changed, however many pages there are. Pages are told in turns, a few
    at a time: two hundred of them would otherwise all fetch in the same instant. What changes meanwhile
    waits for the next round, so that all of them hear, and ask for, the same.
    """

    def __init__(self, check_s: float = CHECK_S) -> None:
        self._check_s = check_s
        self._pages: set[LivePage] = set()
        self._viewers: dict[str, Viewer] = {}
        self._notes = Notes()
        self._noted = asyncio.Event()
        self._told_at: dict[int, float] = defaultdict(float)
        self._rounds: dict[int, Rounds] = defaultdict(Rounds)
        self._everything_at = 0.0
        self._check_now = asyncio.Event()
        self._sure = False
        self._tasks: list[asyncio.Task[None]] = []
        self._listening = asyncio.Event()

    async def join(self, page: LivePage) -> bool:
        """Admit a page from now on; tell whether its viewer may look."""
        found = await database_sync_to_async(viewers)([page.session_key], utc_now())
        if not self._admit(page, found):
            return False
        self._pages.add(page)
        publisher.attach(asyncio.get_running_loop())
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(work()) for work in (self._listen, self._check, self._tell_all)
            ]
        await self._listening.wait()
        return True

    async def leave(self, page: LivePage) -> None:
        """Forget a page; with the last one the hub rests."""
        self._pages.discard(page)
        if not any(other.session_key == page.session_key for other in self._pages):
            self._viewers.pop(page.session_key, None)
        if self._pages:
            return
        tasks, self._tasks = self._tasks, []
        self._listening.clear()
        self._sure = False
        site_memory.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def language(self, session_key: str) -> str | None:
        """Return the language of the viewer behind a session with an open page.

        None without one, and while it is being looked at again because settings changed.
        """
        viewer = self._viewers.get(session_key) if self._sure else None
        return None if viewer is None else viewer.language

    def sees(self, session_key: str, site: int) -> bool:
        """Tell whether a viewer with an open page was found allowed to see a site, at the last look."""
        viewer = self._viewers.get(session_key) if self._sure else None
        return viewer is not None and viewer.principal.may(Right.VIEW, site)

    def told_at(self, site: int) -> float:
        """Return when (monotonic) the last round began in which pages are told of a site."""
        return max(self._told_at[site], self._everything_at)

    def covering(self, site: int, ids: AbstractSet[int]) -> AbstractSet[int]:
        """Return the smallest set of the last rounds that holds these charge points, else them alone."""
        return self._rounds[site].covering(ids) or ids

    def _admit(self, page: LivePage, found: Mapping[str, Viewer]) -> bool:
        """Take over what was found about a page's viewer; tell whether it may stay."""
        viewer = found.get(page.session_key)
        if viewer is None:
            self._viewers.pop(page.session_key, None)
        else:
            self._viewers[page.session_key] = viewer
        return page.allow(None if viewer is None else viewer.principal)

    async def _listen(self) -> None:
        """Hand on what the channel layer says; start again when it fails."""
        while True:
            try:
                await self._listen_to_layer()
            except Exception as error:  # noqa: BLE001 (whatever the layer's driver raises)
                log.warning("live_feed_interrupted", extra={"cause": str(error)})
            self._sure = False
            site_memory.stop()
            self._listening.set()
            await asyncio.sleep(AGAIN_S)
            self._hear({"notes": [{"type": CHANGED, "site": None, "charge_points": None}]})

    async def _listen_to_layer(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self._everything_at = time.monotonic()
        site_memory.start()
        self._sure = True
        self._listening.set()
        try:
            while True:
                self._hear(await layer.receive(channel))
        finally:
            await layer.group_discard(GROUP, channel)

    def _hear(self, message: Mapping[str, Any]) -> None:
        for note in message["notes"]:
            if note["site"] is None:
                self._sure = False
                self._check_now.set()
            if note["type"] == CHANGED:
                site_memory.note(note["site"], note["charge_points"])
            self._notes.add(note["type"], note["site"], note["charge_points"])
        self._noted.set()

    async def _tell_all(self) -> None:
        """Tell the pages in rounds, each page in its turn; all have fetched before the next one begins."""
        while True:
            await self._noted.wait()
            self._noted.clear()
            messages = self._notes.take()
            self._mark(messages)
            pages = list(self._pages)
            for start in range(0, len(pages), TURN):
                for page in pages[start : start + TURN]:
                    page.tell(messages)
                await asyncio.sleep(TURN * PACE_S)
            if len(pages) > FEW:
                await asyncio.sleep(SETTLE_S)

    def _mark(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Note that what was drawn until now no longer holds for the sites that changed."""
        now = time.monotonic()
        for message in messages:
            if message["site"] is None:
                self._everything_at = now
                self._rounds.clear()
            elif message["type"] == CHANGED:
                self._told_at[message["site"]] = now
                self._rounds[message["site"]].add(message["charge_points"])

    async def _check(self) -> None:
        """Look again and again whether the viewers may still look."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._check_now.wait(), self._check_s)
            try:
                await self._check_all()
                self._sure = not self._check_now.is_set()
            except Exception:
                self._sure = False
                log.exception("live_feed_check_failed")

    async def _check_all(self) -> None:
        self._check_now.clear()
        pages = list(self._pages)
        keys = {page.session_key for page in pages}
        found = await database_sync_to_async(viewers)(keys, utc_now())
        now = time.monotonic()
        for page in pages:
            if not self._admit(page, found):
                page.end(NOT_ALLOWED)
            elif page.silent(now):
                page.end(GOING_AWAY)
