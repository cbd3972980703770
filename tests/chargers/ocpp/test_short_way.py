"""The short way of the usual call: the same order, the same answers, no task in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from chargers.models import ChargePoint
from chargers.ocpp.connection import ChargePointConnection
from chargers.ocpp.engine import Engine
from chargers.ocpp.handling import Batch, InboundCall, Link, Route
from chargers.ocpp.intake import IntakeOverloadedError, StorageUnavailableError
from chargers.ocpp.pump import CommandPump
from evkit.wiring import ROUTES, build_engine
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db(transaction=True)


def meter(message_id: str, value: str = "1.0") -> str:
    sampled = [{"value": value, "measurand": "Voltage", "unit": "V"}]
    values = [{"timestamp": "2024-01-01T00:00:00Z", "sampledValue": sampled}]
    return json.dumps([2, message_id, "MeterValues", {"connectorId": 1, "meterValue": values}])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what is waited for tells nobody)
            await asyncio.sleep(0.01)


class Socket:
    """A server's end of a socket with a door; `stuck` sends nothing at once."""

    def __init__(self) -> None:
        self.on_text: Callable[[str], bool] | None = None
        self.stuck = False
        self.now: list[str] = []
        self.later: list[dict[str, Any]] = []
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def write_text(self, text: str) -> bool:
        if not self.stuck:
            self.now.append(text)
        return not self.stuck

    async def send(self, message: Any) -> None:
        self.later.append(dict(message))
        if message["type"] == "websocket.close":
            self.incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    def arrive(self, text: str) -> bool:
        """Take `text` as a server does; tell whether it took the short way."""
        if self.on_text is not None and self.incoming.empty() and self.on_text(text):
            return True
        self.incoming.put_nowait({"type": "websocket.receive", "text": text})
        return False

    @property
    def sent(self) -> list[str]:
        return self.now + [each["text"] for each in self.later if each["type"] == "websocket.send"]

    async def answers(self, count: int) -> list[list[Any]]:
        await until(lambda: len(self.sent) >= count)
        return [json.loads(text) for text in self.sent]


Connect = Callable[..., Socket]


@pytest.fixture
async def charge_point() -> ChargePoint:
    return await sync_to_async(ChargePointFactory)(identity="CP")


@pytest.fixture
async def connect(charge_point: ChargePoint) -> AsyncIterator[Connect]:
    running: list[tuple[Engine, Socket, asyncio.Task[None]]] = []

    def start(**overrides: Any) -> Socket:
        engine, socket = build_engine(**overrides), Socket()
        link = Link(uuid4(), charge_point.pk, "CP", None, "1.6")
        connection = ChargePointConnection(engine, link, socket.send, idle_limit_s=60, door=socket)

        async def serve() -> None:
            await engine.start()
            await connection.run(socket.incoming.get)

        running.append((engine, socket, asyncio.ensure_future(serve())))
        return socket

    yield start
    for engine, socket, task in running:
        socket.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await task
        await engine.stop()
    await sync_to_async(connections.close_all)()


async def opened(socket: Socket) -> Socket:
    await until(lambda: socket.on_text is not None)
    return socket


async def test_a_plain_call_is_answered_at_once(connect: Connect) -> None:
    socket = await opened(connect())
    assert socket.arrive(meter("1"))
    assert await socket.answers(1) == [[3, "1", {}]]
    assert socket.later == []


async def test_what_comes_while_a_call_is_stored_is_answered_after_it(connect: Connect) -> None:
    socket = await opened(connect())
    ways = [socket.arrive(meter("1")), socket.arrive(meter("2")), socket.arrive('[2,"3","Heartbeat",{}]')]
    answers = await socket.answers(3)
    assert ways == [True, False, False]
    assert [answer[1] for answer in answers] == ["1", "2", "3"]


async def test_a_repetition_gets_the_same_answer_the_usual_way(connect: Connect) -> None:
    socket = await opened(connect())
    socket.arrive(meter("1"))
    await socket.answers(1)
    assert not socket.arrive(meter("1"))
    assert await socket.answers(2) == [[3, "1", {}], [3, "1", {}]]


@pytest.mark.parametrize(
    "text",
    [
        meter("1", "1,5"),
        '[2,"1","Authorize",{"idTag":"A"}]',
        '[2,"1","Nothing",{}]',
        '[2,"1","MeterValues",[]]',
        '[3,"1",{}]',
        "nonsense",
    ],
)
async def test_everything_else_takes_the_usual_way(connect: Connect, text: str) -> None:
    socket = await opened(connect())
    assert not socket.arrive(text)


async def test_commands_go_out_after_the_boot(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    ready: list[CommandPump] = []
    monkeypatch.setattr(CommandPump, "ready", lambda pump: ready.append(pump))  # noqa: PLW0108 (a method binds)
    socket = await opened(connect())
    assert socket.arrive('[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    assert (await socket.answers(1))[0][1] == "1"
    assert len(ready) == 1


async def test_a_socket_that_cannot_be_written_now_gets_its_answer_later(connect: Connect) -> None:
    socket = await opened(connect())
    socket.stuck = True
    socket.arrive(meter("1"))
    assert await socket.answers(1) == [[3, "1", {}]]
    assert socket.arrive(meter("2"))


async def test_a_handler_that_fails_is_a_call_error(connect: Connect) -> None:
    def fail(_calls: Sequence[InboundCall], _batch: Batch) -> list[bytes]:
        raise ValueError("wrong")

    routes = {**ROUTES, ("1.6", "MeterValues"): Route(handle_many=fail)}
    socket = await opened(connect(routes=routes))
    assert socket.arrive(meter("1"))
    assert (await socket.answers(1))[0][:3] == [4, "1", "InternalError"]


@pytest.mark.parametrize("error", [IntakeOverloadedError, StorageUnavailableError])
async def test_what_cannot_be_stored_closes_the_socket(
    connect: Connect, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise error("no room")

    socket = await opened(connect())
    monkeypatch.setattr(Engine, "submit", refuse)
    assert socket.arrive(meter("1"))
    await until(lambda: bool(socket.later))
    assert (socket.later[0]["type"], socket.later[0]["code"]) == ("websocket.close", 1013)
