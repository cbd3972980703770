"""How long the server waits for the head of a request, and that its own standstill counts for nobody."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from evkit import server
from evkit.server import ForgivingHttpProtocol

PATIENCE_S = 0.3
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def runner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], bytes]:
    """Return what runs a test with little patience, on either event loop that evkit may use."""
    monkeypatch.setattr(server, "HEAD_PATIENCE_S", PATIENCE_S)

    def run(scenario: Any) -> bytes:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return bytes(runner.run(scenario))

    return run


async def no_content(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@asynccontextmanager
async def accepted() -> AsyncIterator[socket.socket]:
    """A connection whose head the server awaits."""
    config = uvicorn.Config(no_content, lifespan="off", log_config=None)
    config.load()
    made: list[ForgivingHttpProtocol] = []

    def make() -> ForgivingHttpProtocol:
        made.append(ForgivingHttpProtocol(config=config, server_state=ServerState(), app_state={}))
        return made[-1]

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(make, "127.0.0.1", 0)
    client = socket.create_connection(listener.sockets[0].getsockname())
    client.setblocking(False)
    async with asyncio.timeout(20):
        while not made or made[0]._head_timer is None:  # noqa: ASYNC110 - the protocol tells nobody
            await asyncio.sleep(0.01)
    with client:
        yield client
    listener.close()


def stand_still_while(deed: Callable[[], None]) -> None:
    """Do something while the loop reads from another socket and takes longer than the patience for it."""
    one, other = socket.socketpair()
    loop = asyncio.get_running_loop()

    def read() -> None:
        loop.remove_reader(other)
        deed()
        time.sleep(2 * PATIENCE_S)
        one.close()
        other.close()

    loop.add_reader(other, read)
    one.send(b"x")


async def answer(client: socket.socket) -> bytes:
    async with asyncio.timeout(20):
        return await asyncio.get_running_loop().sock_recv(client, 65536)


class TestPatience:
    def test_ends_for_a_peer_that_says_nothing(self, runner: Callable[[Any], bytes]) -> None:
        async def scenario() -> bytes:
            async with accepted() as client:
                return await answer(client)

        assert runner(scenario()) == b""

    def test_does_not_end_while_the_process_stood_still_and_the_head_waits_to_be_read(
        self, runner: Callable[[Any], bytes]
    ) -> None:
        async def scenario() -> bytes:
            async with accepted() as client:
                stand_still_while(lambda: client.sendall(REQUEST))
                return await answer(client)

        assert runner(scenario()).startswith(b"HTTP/1.1 204 ")
