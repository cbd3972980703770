"""Decisions that wait for somebody, on a socket of this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async

from chargers.models import ChargePoint, DeferredAnswer
from chargers.ocpp.engine import Engine
from chargers.ocpp.handling import Batch, Deferred, InboundCall, Route
from chargers.ocpp.intake import Waiting
from chargers.services.deferred import answer_deferred
from evkit.core.clock import utc_now
from evkit.core.recorders import SYSTEM
from evkit.wiring import ROUTES
from tests.chargers.ocpp.engines import opened

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = timedelta(seconds=0.4)


def ask_somebody(call: InboundCall, batch: Batch) -> Deferred:
    return Deferred(
        deadline=batch.now + PATIENCE,
        default={"idTagInfo": {"status": "Invalid"}},
        request={"id_tag": call.message.id_tag},
    )


class TestDecision:
    @pytest.fixture
    def engine(self, make_engine: Callable[..., Engine]) -> Engine:
        return make_engine(routes={**ROUTES, ("1.6", "Authorize"): Route(handle=ask_somebody)})

    async def test_of_a_person_is_sent(self, engine: Engine, charge_point: ChargePoint) -> None:
        socket = await opened(engine)
        await socket.send('[2,"a","Authorize",{"idTag":"X"}]')
        row = await self.waiting_row()
        decide = sync_to_async(answer_deferred)
        await decide(pk=row.pk, payload={"idTagInfo": {"status": "Accepted"}}, actor=SYSTEM, now=utc_now())
        assert await socket.receive() == [3, "a", {"idTagInfo": {"status": "Accepted"}}]
        await socket.leave()

    async def test_by_default_is_sent_at_the_deadline(
        self, engine: Engine, charge_point: ChargePoint
    ) -> None:
        socket = await opened(engine)
        started = time.monotonic()
        await socket.send('[2,"a","Authorize",{"idTag":"X"}]')
        assert await socket.receive() == [3, "a", {"idTagInfo": {"status": "Invalid"}}]
        assert time.monotonic() - started >= PATIENCE.total_seconds() - 0.05
        await socket.leave()

    async def test_does_not_hold_up_the_messages_behind_it(
        self, engine: Engine, charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tests.chargers.ocpp.test_decisions.PATIENCE", timedelta(seconds=2))
        socket = await opened(engine)
        await socket.send('[2,"a","Authorize",{"idTag":"X"}]')
        await socket.send('[2,"h","Heartbeat",{}]')
        assert (await socket.receive())[:2] == [3, "h"]
        assert (await socket.receive())[:2] == [3, "a"]
        await socket.leave()

    async def test_is_the_default_at_once_while_too_many_others_wait(
        self, engine: Engine, charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tests.chargers.ocpp.test_decisions.PATIENCE", timedelta(seconds=3))
        socket = await opened(engine)
        for number in range(5):
            await socket.send(f'[2,"a{number}","Authorize",{{"idTag":"X"}}]')
        assert await socket.receive() == [3, "a4", {"idTagInfo": {"status": "Invalid"}}]
        assert {(await socket.receive())[1] for _each in range(4)} == {"a0", "a1", "a2", "a3"}
        await socket.send('[2,"a5","Authorize",{"idTag":"X"}]')
        await asyncio.sleep(0.2)
        assert socket.outgoing.empty()
        await socket.leave()

    async def test_made_before_anybody_could_be_told_is_sent_at_once(
        self, engine: Engine, charge_point: ChargePoint
    ) -> None:
        socket = await opened(engine)
        connection = engine.registry.get(charge_point.pk)
        assert connection is not None
        row = await sync_to_async(DeferredAnswer.objects.create)(
            charge_point=charge_point,
            connection_token=connection.link.token,
            message_id="a",
            action="Authorize",
            request={},
            default={"idTagInfo": {"status": "Invalid"}},
            asked_at=utc_now(),
            deadline=utc_now() + timedelta(minutes=1),
            answer={"idTagInfo": {"status": "Accepted"}},
            answered_at=utc_now(),
        )
        await engine.expect_decision(connection, "a", Waiting(row.pk, row.deadline))
        assert await socket.receive() == [3, "a", {"idTagInfo": {"status": "Accepted"}}]
        await socket.leave()

    async def waiting_row(self) -> DeferredAnswer:
        async with asyncio.timeout(20):
            while True:
                row = await sync_to_async(DeferredAnswer.objects.first)()
                if row is not None:
                    return row
                await asyncio.sleep(0.01)
