"""One page's feed: what it is told is merged until its socket takes it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from evkit.console.live.notes import Notes
from sites.permissions import Principal, Right

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

NOT_ALLOWED: Final = 4403
GOING_AWAY: Final = 1001
SHORTEST_S: Final = 0.25
SILENT_S: Final = 60.0
PAUSED_S: Final = 1800.0
CLOSE_S: Final = 2.0


class LivePage:
    """The feed of one page.

    At most four times a second it sends what changed since the last time; a page whose socket is full, or
    that says it is paused, is told once it can be. The page pings; one that says nothing for long is gone.

    Args:
        session_key: of the viewer's session, checked again and again by the hub.
        asked: ids of the sites that the page shows.
    """

    def __init__(self, session_key: str, asked: frozenset[int]) -> None:
        self.session_key = session_key
        self.heard_at = time.monotonic()
        self._asked = asked
        self.sites: frozenset[int] = frozenset()
        self._notes = Notes()
        self._wake = asyncio.Event()
        self._awake = asyncio.Event()
        self._awake.set()
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def allow(self, viewer: Principal | None) -> bool:
        """Take over what the viewer may see now; tell whether that is any of the page's sites."""
        self.sites = frozenset(
            site for site in self._asked if viewer is not None and viewer.may(Right.VIEW, site)
        )
        return bool(self.sites)

    def tell(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Note what changed on the page's sites."""
        for message in messages:
            site = message["site"]
            if site is None or site in self.sites:
                self._notes.add(message["type"], site, message["charge_points"])
                self._wake.set()

    def end(self, code: int) -> None:
        """Close the socket with this code."""
        if not self._ended.done():
            self._ended.set_result(code)

    def silent(self, now: float) -> bool:
        """Tell whether the page has said nothing for too long; it pings unless it is paused."""
        return now - self.heard_at > (SILENT_S if self._awake.is_set() else PAUSED_S)

    async def serve(self, receive: Receive, send: Send) -> None:
        """Serve the accepted socket until either side ends it."""
        lock = asyncio.Lock()

        async def say(message: Mapping[str, Any]) -> None:
            async with lock:
                await send({"type": "websocket.send", "text": json.dumps(message, separators=(",", ":"))})

        tasks = [asyncio.create_task(work) for work in (self._listen(receive, say), self._tell_all(say))]
        ends: list[asyncio.Future[Any]] = [*tasks, self._ended]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._ended.done():
            await _close(send, self._ended.result())

    async def _listen(self, receive: Receive, say: Send) -> None:
        """Read what the page says until it leaves."""
        while (event := await receive())["type"] != "websocket.disconnect":
            self.heard_at = time.monotonic()
            kind = _kind(event.get("text"))
            if kind == "ping":
                await say({"type": "pong"})
            elif kind == "pause":
                self._awake.clear()
            elif kind == "resume":
                self._awake.set()

    async def _tell_all(self, say: Send) -> None:
        """Send the notes, merged, at most every quarter of a second."""
        while True:
            await self._wake.wait()
            await self._awake.wait()
            self._wake.clear()
            for message in self._notes.take():
                await say(message)
            await asyncio.sleep(SHORTEST_S)


async def _close(send: Send, code: int) -> None:
    """Send the close frame, unless the socket is too full for it."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await send({"type": "websocket.close", "code": code})
    except TimeoutError:
        return


def _kind(text: object) -> str:
    """Return the type of a message; "" for what is none."""
    try:
        message = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return ""
    kind = message.get("type") if isinstance(message, Mapping) else None
    return kind if isinstance(kind, str) else ""
