"""The life of a socket in this process: commands, silence, storage that is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async

from chargers.models import ChargePoint, ChargePointState, Command, Connection
from chargers.ocpp.commanding import CommandRoute
from chargers.ocpp.engine import Engine
from chargers.ocpp.handling import Batch, InboundCall, Route
from chargers.ocpp.intake import StorageUnavailableError
from chargers.services.commands import queue_command
from chargers.types import CommandState
from evkit.core.clock import utc_now
from evkit.wiring import ROUTES
from history.models import Message
from tests.chargers.ocpp.engines import Socket, opened
from tests.support.holding import held_up

pytestmark = pytest.mark.django_db(transaction=True)

BOOT = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


class TestCommand:
    async def queue(self, charge_point: ChargePoint) -> Command:
        return await sync_to_async(queue_command)(
            charge_point=charge_point, action="ClearChargingProfile", payload={}, now=utc_now()
        )

    async def test_waits_for_the_boot_and_leaves_after_its_answer(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        socket = await opened(make_engine())
        command = await self.queue(charge_point)
        await socket.send('[2,"h","Heartbeat",{}]')
        assert (await socket.receive())[:2] == [3, "h"]
        assert socket.outgoing.empty()
        await socket.send(BOOT)
        assert (await socket.receive())[:2] == [3, "b"]
        call = await socket.receive()
        assert (call[0], call[2]) == (2, "ClearChargingProfile")
        await socket.send(json.dumps([3, call[1], {"status": "Unknown"}]))
        await self.until(command, lambda row: row.finished_at is not None)
        await socket.leave()

    async def test_goes_out_after_a_while_to_a_charge_point_that_never_boots(
        self,
        make_engine: Callable[..., Engine],
        charge_point: ChargePoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.connection.BOOT_PATIENCE_S", 0.2)
        await self.queue(charge_point)
        socket = await opened(make_engine())
        assert (await socket.receive())[2] == "ClearChargingProfile"
        await socket.leave()

    async def test_that_is_not_answered_times_out_and_is_not_sent_again(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        engine = make_engine(commands={"ClearChargingProfile": CommandRoute(timeout_s=0.2)})
        socket = await opened(engine)
        await socket.send(BOOT)
        await socket.receive()
        command = await self.queue(charge_point)
        await socket.receive()
        row = await self.until(command, lambda row: row.state != CommandState.SENT)
        assert row.state == CommandState.TIMED_OUT
        assert await sync_to_async(row.calls.count)() == 1
        await socket.leave()

    async def test_in_flight_when_the_connection_is_lost_has_an_unknown_outcome(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        engine = make_engine()
        socket = await opened(engine)
        await socket.send(BOOT)
        await socket.receive()
        command = await self.queue(charge_point)
        await socket.receive()
        await socket.leave()
        row = await self.until(command, lambda row: row.finished_at is not None)
        assert row.state == CommandState.TIMED_OUT
        again = await opened(engine)
        await again.send(BOOT)
        assert (await again.receive())[:2] == [3, "b"]
        await asyncio.sleep(0.2)
        assert again.outgoing.empty()
        await again.leave()

    async def until(self, command: Command, accept: Callable[[Command], bool]) -> Command:
        async with asyncio.timeout(20):
            while True:
                row = await sync_to_async(Command.objects.get)(pk=command.pk)
                if row.state != CommandState.QUEUED and accept(row):
                    return row
                await asyncio.sleep(0.01)


class TestSocket:
    async def test_behind_an_address_that_guesses_identities_is_still_opened(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.throttle.CROWD", 3)
        engine = make_engine()
        await (await opened(engine)).leave()
        statuses = []
        for number in range(6):
            guess = Socket(engine, f"GUESS_{number}")
            statuses.append((await guess.next("websocket.http.response.start"))["status"])
            await guess.task
        assert statuses == [404, 404, 404, 404, 429, 429]
        await (await opened(engine)).leave()

    async def test_that_is_silent_for_too_long_is_closed(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.engine.SWEEP_S", 0.05)
        monkeypatch.setattr("chargers.ocpp.admission.LEAST_IDLE_S", 0.1)
        monkeypatch.setattr("chargers.ocpp.admission.HEARTBEATS_MISSED", 0)
        socket = await opened(make_engine())
        closed = await socket.next("websocket.close")
        assert closed["code"] == 1001
        await socket.task
        row = await sync_to_async(Connection.objects.get)()
        assert (row.close_code, row.closed_at is None) == (1001, False)

    async def test_that_reads_nothing_does_not_hold_up_the_one_that_takes_over(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.connection.CLOSE_PATIENCE_S", 0.1)
        engine = make_engine()
        stuck = await opened(engine)
        stuck.deaf = True
        await stuck.send('[2,"h","Heartbeat",{}]')
        newer = await opened(engine)
        await newer.send(BOOT)
        assert (await newer.receive())[:2] == [3, "b"]
        async with asyncio.timeout(20):
            await stuck.task
        assert len(engine.registry) == 1
        await newer.leave()

    async def test_that_another_process_replaced_is_closed_even_if_that_was_not_told(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.engine.SWEEP_S", 0.05)
        engine, other = make_engine(), make_engine()
        monkeypatch.setattr(other.gateway, "evict", lambda **_lost: None)
        older = await opened(engine)
        newer = await opened(other)
        async with asyncio.timeout(20):
            while not older.task.done():
                await older.send('[2,"h","Heartbeat",{}]')
                await asyncio.sleep(0.01)
        assert (len(engine.registry), len(other.registry)) == (0, 1)
        assert newer.outgoing.empty()
        await newer.leave()

    async def test_that_reads_nothing_does_not_hold_up_the_sweep(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.connection.CLOSE_PATIENCE_S", 0.1)
        monkeypatch.setattr("chargers.ocpp.engine.SWEEP_S", 0.05)
        monkeypatch.setattr("chargers.ocpp.admission.LEAST_IDLE_S", 0.1)
        monkeypatch.setattr("chargers.ocpp.admission.HEARTBEATS_MISSED", 0)
        stuck = await opened(make_engine())
        stuck.deaf = True
        await stuck.send('[2,"h","Heartbeat",{}]')
        async with asyncio.timeout(20):
            await stuck.task
        row = await sync_to_async(Connection.objects.get)()
        assert (row.close_code, row.closed_at is None) == (1001, False)

    async def test_that_vanished_during_its_handshake_leaves_the_charge_point_offline(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        engine = make_engine()
        older = await opened(engine)
        vanished = Socket(engine, "CP")
        vanished.gone = True
        await vanished.leave()
        assert (await older.next("websocket.close"))["code"] == 1000
        await older.task
        state = await sync_to_async(ChargePointState.objects.get)(pk=charge_point.pk)
        assert (state.connected, len(engine.registry)) == (False, 0)

    async def test_whose_handshake_was_repeated_before_its_decision_is_refused_without_a_trace(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        engine = make_engine()
        await engine.start()
        async with held_up(engine.intake.lanes[-1]):
            first, second = Socket(engine, "CP"), Socket(engine, "CP")
            await until(lambda: engine.intake.lanes[-1].length == 2)
        assert (await first.next("websocket.http.response.start"))["status"] == 503
        await second.next("websocket.accept")
        await second.leave()
        assert await sync_to_async(Connection.objects.count)() == 1

    async def test_is_closed_with_try_again_later_while_nothing_can_be_stored(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        def storage_is_away(_call: InboundCall, _batch: Batch) -> bytes:
            raise StorageUnavailableError("the disk is full")

        engine = make_engine(routes={("1.6", "Heartbeat"): Route(handle=storage_is_away)})
        socket = await opened(engine)
        await socket.send('[2,"h","Heartbeat",{}]')
        assert (await socket.next("websocket.close"))["code"] == 1013
        await socket.task

    async def test_survives_a_handler_that_fails(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        def fails(_call: InboundCall, _batch: Batch) -> bytes:
            raise ValueError("a mistake")

        engine = make_engine(routes={**ROUTES, ("1.6", "Heartbeat"): Route(handle=fails)})
        socket = await opened(engine)
        await socket.send('[2,"h","Heartbeat",{}]')
        assert (await socket.receive())[:3] == [4, "h", "InternalError"]
        await socket.send(BOOT)
        assert (await socket.receive())[:2] == [3, "b"]
        await socket.leave()

    async def test_answers_a_call_that_the_engine_cannot_even_hand_over(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint
    ) -> None:
        engine = make_engine(routes={("1.6", "BootNotification"): ROUTES["1.6", "BootNotification"]})
        socket = await opened(engine)
        for _attempt in range(2):
            await socket.send('[2,"h","Authorize",{"idTag":"X"}]')
            assert (await socket.receive())[:3] == [4, "h", "InternalError"]
        await socket.leave()

    async def test_with_nothing_but_junk_waits_for_its_own_log_entries(
        self, make_engine: Callable[..., Engine], charge_point: ChargePoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("chargers.ocpp.journal.LOG_AHEAD", 10)
        engine = make_engine()
        socket = await opened(engine)
        writer = engine.intake.lanes[0]
        async with held_up(writer):
            for _each in range(30):
                await socket.send("junk")
            await until(lambda: writer.length >= 11)
            await asyncio.sleep(0.1)
            assert writer.length == 11
        await socket.send('[2,"h","Heartbeat",{}]')
        assert (await socket.receive())[:2] == [3, "h"]
        assert await sync_to_async(Message.objects.filter(frame="junk").count)() == 30
        await socket.leave()
