"""How many requests are worked on at a time: pages share the interpreter with the charge points' sockets.

Every request that Django works on has a thread; hundreds of them would leave the event loop, which
answers charge points, waiting for its turn, and exhaust the database's connections. Requests wait here
instead, in the order in which they came: the live feed's in a lane of their own, so that nobody's click
waits behind them, and probes in none.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

PAGES_AT_ONCE: Final = 4
LIVE_HEADER: Final = (b"x-live", b"1")
UNHINDERED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
ARRIVED: Final = "evkit.arrived"
REST: Final = 1.0
LONGEST_REST_S: Final = 0.05


class Lane:
    """Lets so many in at a time, first come, first served.

    After each turn the lane rests for `rest` times as long as the turn took, at most 50 ms.
    """

    def __init__(self, width: int, *, rest: float = 0.0) -> None:
        self._free = asyncio.Semaphore(width)
        self._rest = rest

    async def enter(self) -> Callable[[], None]:
        """Wait for a place; return what gives it back, which may be called more than once."""
        await self._free.acquire()
        began = time.monotonic()
        left = False

        def leave() -> None:
            nonlocal left
            if left:
                return
            left = True
            rest_s = min(self._rest * (time.monotonic() - began), LONGEST_REST_S)
            if rest_s:
                asyncio.get_running_loop().call_later(rest_s, self._free.release)
            else:
                self._free.release()

        return leave


class Lanes:
    """ASGI middleware: every HTTP request waits for a place in its lane.

    A place is given back when the answer begins: sending it takes no interpreter time worth counting,
    and a slow reader holds nobody up. When a request came is kept in its scope (`ARRIVED`).
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._pages = Lane(PAGES_AT_ONCE)
        self._live = Lane(1, rest=REST)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        scope[ARRIVED] = time.monotonic()
        if scope["path"] in UNHINDERED:
            await self._app(scope, receive, send)
            return
        leave = await (self._live if LIVE_HEADER in scope["headers"] else self._pages).enter()

        async def send_and_leave(message: Mapping[str, Any]) -> None:
            leave()
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            leave()
