"""Load of its own process: pages that watch a site. `python -m bench.browsers PORT SITE CODE SECONDS`.

Each behaves as static/js/live.js does: one WebSocket, at most four fetches a second, a pause as long as the
last answer took (at most 2 s), everything at once when more than four hundred changed. The cookies, one per
page, come as JSON on the standard input; a new line there starts the measured time. It prints what it
counted.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.http import HOST, HttpClient
from bench.load import Client

SHORTEST_S = 0.25
LONGEST_S = 2.0
MANY = 400
PING_S = 15.0


@dataclass(slots=True)
class Counted:
    """What all pages together saw."""

    told: int = 0
    fetches: int = 0
    failed: int = 0
    transferred: int = 0
    lost: int = 0
    seconds: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)


class Feed(Client):
    """The page's WebSocket."""

    def __init__(self, port: int, site: str, cookie: str) -> None:
        super().__init__(f"{HOST}:{port}", f"/live/?site={site}")
        self._cookie = cookie

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake of a browser."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Origin: http://{self._host}\r\nCookie: {self._cookie}\r\n\r\n".encode()
        )


class Page:
    """One page of the overview."""

    def __init__(self, port: int, site: str, code: str, cookie: str, counted: Counted) -> None:
        self._port, self._site, self._cookie = port, site, cookie
        self._path = f"/sites/{code}/"
        self._http = HttpClient(port, cookie)
        self._counted = counted
        self._changed: set[int] = set()
        self._everything = True
        self._since: float | None = None
        self._wake = asyncio.Event()

    async def live(self) -> None:
        """Open the feed and fetch what changes, for ever."""
        feed = Feed(self._port, self._site, self._cookie)
        await asyncio.get_running_loop().create_connection(lambda: feed, HOST, self._port)
        feed.on_message = self._told
        await feed.opened
        asyncio.get_running_loop().create_task(self._ping(feed))
        self._wake.set()
        pause = SHORTEST_S
        while True:
            await self._wake.wait()
            await asyncio.sleep(pause * (0.75 + random.random() / 2))
            pause = await self._fetch()

    async def _ping(self, feed: Feed) -> None:
        while feed.transport is not None and not feed.transport.is_closing():
            feed.send(b'{"type":"ping"}')
            await asyncio.sleep(PING_S)
        self._counted.lost += 1

    def _told(self, payload: bytes) -> None:
        message = json.loads(payload)
        if message["type"] != "changed":
            return
        self._counted.told += 1
        self._since = self._since or time.perf_counter()
        if message["charge_points"] is None:
            self._everything = True
        else:
            self._changed.update(message["charge_points"])
        self._wake.set()

    async def _fetch(self) -> float:
        """Fetch what changed; return the pause until the next fetch."""
        whole = self._everything or len(self._changed) > MANY
        only = "all" if whole else "%2C".join(map(str, sorted(self._changed)))
        since, self._since = self._since, None
        self._changed.clear()
        self._everything = False
        self._wake.clear()
        answer = await self._http.get(f"{self._path}?only={only}", HX_Request="true", X_Live="1")
        self._counted.fetches += 1
        self._counted.transferred += len(answer.body)
        self._counted.seconds.append(answer.seconds)
        if since is not None:
            self._counted.ages.append(time.perf_counter() - since)
        if answer.status != 200:
            self._counted.failed += 1
            return 2.0
        return min(max(SHORTEST_S, answer.seconds), LONGEST_S)


async def main(port: int, site: str, code: str, seconds: float) -> None:
    """Open all pages, wait for the start, count, print."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    counted = Counted()
    cookies = json.loads(await reader.readline())
    pages = [asyncio.create_task(Page(port, site, code, cookie, counted).live()) for cookie in cookies]
    await reader.readline()
    for name in ("told", "fetches", "failed", "transferred"):
        setattr(counted, name, 0)
    counted.seconds.clear()
    counted.ages.clear()
    await asyncio.sleep(seconds)
    broken = [page for page in pages if page.done()]
    for page in pages:
        page.cancel()
    ended = await asyncio.gather(*broken, return_exceptions=True)
    print(json.dumps({**asdict(counted), "broken": [repr(error) for error in ended]}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])))
