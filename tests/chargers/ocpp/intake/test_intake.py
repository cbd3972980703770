"""The group commit: what one call does wrong never harms another, and answers mean commits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections

from chargers.models import ChargePoint, VendorMessage
from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Link, Route
from chargers.ocpp.intake import Answered, Failed, Intake, IntakeOverloadedError
from chargers.ocpp.intake import lane as lane_module
from chargers.ocpp.v16.messages import DataTransferReq
from evkit.core.clock import utc_now
from evkit.core.db import columns, insert_new
from evkit.core.events import Event, EventBus
from history.models import Message
from history.recorders import write_messages
from tests.support.holding import held_up

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True)
class Told(Event):
    text: str


def store(call: InboundCall) -> None:
    VendorMessage.objects.create(
        charge_point_id=call.link.charge_point_id,
        vendor_id=call.message.vendor_id,
        data=call.message_id,
        at=call.received_at,
        digest=call.message_id,
    )


def store_or_raise(call: InboundCall, batch: Batch) -> bytes:
    store(call)
    batch.publish(Told(call.message_id))
    if call.message.vendor_id == "bad":
        raise ValueError("a handler's mistake")
    return EMPTY


def store_many_or_raise(calls: Sequence[InboundCall], batch: Batch) -> list[bytes]:
    return [store_or_raise(call, batch) for call in calls]


def break_a_reference(call: InboundCall, batch: Batch) -> bytes:
    """A violation that only shows when the transaction commits (deferred foreign key)."""
    if call.message.vendor_id == "bad":
        VendorMessage.objects.create(
            charge_point_id=987654, vendor_id="x", at=call.received_at, digest=call.message_id
        )
    else:
        store(call)
    return EMPTY


AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SAMPLE = columns(
    charge_point_id="bigint",
    at="timestamptz",
    sequence="bigint",
    direction="smallint",
    message_id="text",
    action="text",
    frame="text",
)


def ask_too_much(call: InboundCall, _batch: Batch) -> bytes:
    """A statement beyond the database's limits, which it reports like an outage."""
    store(call)
    if call.message.vendor_id == "bad":
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + " + ".join(["1"] * 5_000) if SQLITE else f"SELECT {'1,' * 2_000}1")
    return EMPTY


SQLITE = connection.vendor == "sqlite"
COLD = Route(handle=store_or_raise)
HOT = Route(handle_many=store_many_or_raise)
REFERENCE = Route(handle=break_a_reference)
LIMIT = Route(handle=ask_too_much)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def bus(told: list[str]) -> EventBus:
    return EventBus(
        [(Told, lambda events: told.extend(event.text for event in events if isinstance(event, Told)))]
    )


@pytest.fixture
def intake(bus: EventBus) -> Iterator[Intake]:
    intake = Intake(record_messages=write_messages, bus=bus, clock=utc_now)
    intake.start()
    yield intake
    bus.flush()
    intake.stop()
    connections.close_all()


@pytest.fixture
def make_call() -> Callable[..., InboundCall]:
    charge_point = ChargePoint.objects.create(identity="CP")
    link = Link(uuid4(), charge_point.pk, "CP", None, "1.6")
    numbers = iter(range(1, 100_000))

    def make(vendor: str = "good") -> InboundCall:
        number = next(numbers)
        return InboundCall(
            link=link,
            message_id=f"m{number}",
            action="DataTransfer",
            message=DataTransferReq(vendor_id=vendor),
            frame=f'[2,"m{number}","DataTransfer",{{}}]',
            deviations=(),
            received_at=utc_now(),
            sequence=number,
        )

    return make


def _until(happened: Callable[[], bool]) -> None:
    while not happened():
        time.sleep(0.001)


def stored() -> set[str]:
    return set(VendorMessage.objects.values_list("data", flat=True))


async def submit_all(intake: Intake, calls: Sequence[InboundCall], route: Route) -> list[object]:
    return list(await asyncio.gather(*(intake.submit(call, route) for call in calls)))


@pytest.mark.parametrize("route", [COLD, HOT, REFERENCE, LIMIT], ids=["cold", "hot", "at commit", "limit"])
class TestACulprit:
    async def test_fails_alone_and_the_others_are_stored(
        self, intake: Intake, make_call: Callable[..., InboundCall], route: Route
    ) -> None:
        vendors = ["good", "good", "bad", "good", "good", "bad", "good"]
        calls = [await sync_to_async(make_call)(vendor) for vendor in vendors]
        outcomes = await submit_all(intake, calls, route)
        assert [isinstance(outcome, Answered) for outcome in outcomes] == [v == "good" for v in vendors]
        assert [isinstance(outcome, Failed) for outcome in outcomes] == [v == "bad" for v in vendors]
        good = {call.message_id for call in calls if call.message.vendor_id == "good"}
        assert await sync_to_async(stored)() == good

    async def test_is_logged_like_every_other_frame(
        self, intake: Intake, make_call: Callable[..., InboundCall], route: Route
    ) -> None:
        calls = [await sync_to_async(make_call)(vendor) for vendor in ("good", "bad", "good")]
        await submit_all(intake, calls, route)
        answers = await sync_to_async(lambda: dict(Message.objects.values_list("message_id", "answer")))()
        assert answers == {"m1": '[3,"m1",{}]', "m2": None, "m3": '[3,"m3",{}]'}


class TestEvents:
    async def test_of_a_call_that_failed_are_not_told(
        self, intake: Intake, make_call: Callable[..., InboundCall], told: list[str], bus: EventBus
    ) -> None:
        calls = [await sync_to_async(make_call)(vendor) for vendor in ("good", "bad", "good")]
        await submit_all(intake, calls, COLD)
        assert await asyncio.to_thread(bus.flush)
        assert told == ["m1", "m3"]


class TestAnAnswer:
    async def test_means_that_the_rows_are_there_for_everybody(
        self, intake: Intake, make_call: Callable[..., InboundCall]
    ) -> None:
        for _attempt in range(10):
            call = await sync_to_async(make_call)()
            await intake.submit(call, COLD)
            assert call.message_id in await sync_to_async(stored, thread_sensitive=False)()

    async def test_may_come_again_for_a_batch_that_was_committed_before(
        self, intake: Intake, make_call: Callable[..., InboundCall]
    ) -> None:
        call = await sync_to_async(make_call)()
        same = Route(handle=lambda _call, _batch: EMPTY)
        assert await intake.submit(call, same) == Answered(EMPTY)
        assert await intake.submit(call, same) == Answered(EMPTY)
        assert await sync_to_async(Message.objects.count)() == 1


class TestAStoredRow:
    async def test_that_comes_again_in_a_cold_call_is_no_failure_of_the_call(
        self, intake: Intake, make_call: Callable[..., InboundCall]
    ) -> None:
        def store_sample(call: InboundCall, _batch: Batch) -> bytes:
            store(call)
            insert_new("history_message", SAMPLE, [(call.link.charge_point_id, AT, 1, 1, "", "", "")])
            return EMPTY

        for _time in range(2):
            call = await sync_to_async(make_call)()
            assert await intake.submit(call, Route(handle=store_sample)) == Answered(EMPTY)
        assert await sync_to_async(stored)() == {"m1", "m2"}
        assert await sync_to_async(Message.objects.filter(at=AT).count)() == 1


class TestJobs:
    async def test_return_what_they_made_once_it_is_committed(self, intake: Intake) -> None:
        pk = await intake.run(lambda _batch: ChargePoint.objects.create(identity="J").pk)
        exists = ChargePoint.objects.filter(pk=pk).exists
        assert await sync_to_async(exists, thread_sensitive=False)()

    async def test_raise_where_they_were_asked_for(self, intake: Intake) -> None:
        def job(_batch: Batch) -> None:
            ChargePoint.objects.create(identity="K")
            raise LookupError("no")

        with pytest.raises(LookupError):
            await intake.run(job)
        assert not await sync_to_async(ChargePoint.objects.filter(identity="K").exists)()


class TestSharedJobs:
    """The same wish of several charge points."""

    async def test_run_once_for_all_who_ask_in_a_batch_by_charge_point(self, intake: Intake) -> None:
        runs: list[list[int]] = []

        def double(items: Sequence[int], _batch: Batch) -> list[int]:
            runs.append(list(items))
            return [2 * each for each in items]

        async with held_up(intake.lanes[-1]):
            waiting = [
                asyncio.ensure_future(intake.run_together(double, number, identity=identity))
                for number, identity in [(3, "C"), (1, "A"), (2, "B")]
            ]
            await asyncio.sleep(0)
        assert await asyncio.gather(*waiting) == [6, 2, 4]
        assert runs == [[1, 2, 3]]

    async def test_that_fail_for_one_are_done_for_the_others(self, intake: Intake) -> None:
        def create(items: Sequence[str], _batch: Batch) -> list[int]:
            pks = [ChargePoint.objects.create(identity=each).pk for each in items]
            if "bad" in items:
                raise LookupError("no")
            return pks

        async with held_up(intake.lanes[-1]):
            waiting = [
                asyncio.ensure_future(intake.run_together(create, each, identity=each))
                for each in ("good", "bad", "fine")
            ]
            await asyncio.sleep(0)
        good, bad, fine = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(bad, LookupError)
        stored = ChargePoint.objects.values_list("identity", flat=True)
        found = await sync_to_async(lambda: set(stored.filter(pk__in=[good, fine])))()
        assert found == {"good", "fine"}
        assert not await sync_to_async(stored.filter(identity="bad").exists)()


def _note(done: list[str], text: str, _batch: Batch) -> None:
    done.append(text)


class TestOrder:
    async def test_of_locks_is_the_same_in_all_processes_and_keeps_each_charge_points_own(
        self, intake: Intake
    ) -> None:
        done: list[str] = []
        jobs = [("B", "B1"), ("A", "A1"), ("B", "B2"), ("A", "A2")]
        async with held_up(intake.lanes[-1]):
            waiting = [
                asyncio.ensure_future(intake.run(partial(_note, done, text), identity=identity))
                for identity, text in jobs
            ]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        assert done == ["A1", "A2", "B1", "B2"]


class TestLoad:
    async def test_beyond_the_bound_is_refused_at_once(
        self, intake: Intake, make_call: Callable[..., InboundCall], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lane_module, "QUEUE_CAP", 1)
        async with held_up(intake.lanes[-1]):
            waiting = asyncio.ensure_future(intake.run(lambda _batch: None))
            await asyncio.sleep(0)
            with pytest.raises(IntakeOverloadedError):
                await intake.run(lambda _batch: None)
        await waiting

    async def test_without_an_end_lets_other_writers_in(
        self, intake: Intake, make_call: Callable[..., InboundCall]
    ) -> None:
        """On SQLite one writer keeps the others out; a click must not wait for a quiet moment."""

        async def insist() -> None:
            while True:
                await intake.run(lambda _batch: time.sleep(0.004))

        def write() -> float:
            started = time.monotonic()
            ChargePoint.objects.create(identity=f"C{started}")
            return time.monotonic() - started

        busy = [asyncio.ensure_future(insist()) for _ in range(3)]
        await asyncio.sleep(0.1)
        waits = [await sync_to_async(write, thread_sensitive=False)() for _ in range(10)]
        for task in busy:
            task.cancel()
        assert max(waits) < 10.0
        assert sorted(waits)[5] < 3.0

    async def test_of_slow_jobs_lets_other_writers_in_before_all_are_done(self, intake: Intake) -> None:
        """500 charge points boot: what they are asked first is 500 jobs that wait at once."""
        if not SQLITE:
            pytest.skip("PostgreSQL has many writers")
        done = 0

        def work(_batch: Batch) -> None:
            nonlocal done
            time.sleep(0.01)
            done += 1

        def write() -> int:
            ChargePoint.objects.create(identity="C")
            return done

        async with held_up(intake.lanes[-1]):
            jobs = [asyncio.ensure_future(intake.run(work)) for _ in range(300)]
            await asyncio.sleep(0.2)
        await asyncio.to_thread(_until, lambda: done > 0)
        done_before = await sync_to_async(write, thread_sensitive=False)()
        await asyncio.gather(*jobs)
        assert done_before < 200

    async def test_of_slow_cold_calls_does_not_delay_hot_ones(
        self, intake: Intake, make_call: Callable[..., InboundCall]
    ) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has one writer: lanes exist on PostgreSQL only (DATABASE_URL)")
        call = await sync_to_async(make_call)()
        async with held_up(intake.lanes[-1]), asyncio.timeout(20):
            await intake.submit(call, HOT)
