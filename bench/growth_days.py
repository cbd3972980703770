"""Lets days pass in a database, for `bench.growth`: only sockets are left out, and time is an argument."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.core.management import call_command
from django.db import connection
from msgspec.json import encode

from bench.growth_points import POWER_W, Point
from chargers.models import ChargePoint, ChargePointState, Evse, EvseState
from chargers.ocpp.commanding import Answer
from chargers.ocpp.framing import call_frame, result_frame
from chargers.ocpp.handling import InboundCall, Link, LogEntry
from chargers.ocpp.intake.work import CallWork, Failed, JobWork, LogWork, Work
from chargers.ocpp.intake.writing import BatchWriter
from chargers.ocpp.schema import validate_call, validate_result
from chargers.services.calls import Claim
from chargers.services.claims import Turn, take_turns, waiting_for_commands
from chargers.services.connections import open_connection
from charging.balancer import WATCHED
from charging.models import IdToken, Vehicle
from charging.services.energy_trust import judge_ended
from charging.services.smart.balancing import rebalance
from evkit.wiring import COMMANDS, ROUTES
from history.partitions import make_partitions
from history.recorders import write_messages
from history.retention.kinds import KINDS
from history.services.rollups import roll_up
from history.services.running import count_running
from sites.models import Project, Site

POINTS: Final = 8
DAY_MIN: Final = 24 * 60
START: Final = datetime(2026, 5, 4, tzinfo=UTC)
GROUPS: Final = 4
"""So many times a minute charge points speak, a part of them each time, and smart charging looks at them."""

USUAL: Final = {"MeterValues", "Heartbeat"}

SIZES: Final = """
SELECT coalesce(pg_partition_root(oid), oid)::regclass::text, sum(pg_total_relation_size(oid))
FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace GROUP BY 1
"""


def grow(days: str) -> dict[str, Any]:
    """Let days pass after a first one; return by kind what a charge point adds in a day, and its retention.

    The first day is not counted: it makes pages that are hardly filled.
    """
    call_command("migrate", verbosity=0)
    for month in range(int(days) // 30 + 2):
        make_partitions(today=(START + month * timedelta(days=30)).date())
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # sooner written, and no smaller
    empty, world = _sizes(), _World()
    world.pass_days(0, 1)
    first = _sizes()
    world.pass_days(1, 1 + int(days))
    last = _sizes()
    told = _by_kind(first, last, int(days) * POINTS)
    growing = {table.name for kind in KINDS for table in kind.tables}
    rest = sum(size - empty[name][0] for name, (size, _rows) in last.items() if name not in growing)
    return {"kinds": told, "rest_bytes": rest / POINTS}


Sizes = dict[str, tuple[int, int]]
"""Of each table its bytes, with indexes, and its rows."""


def _by_kind(first: Sizes, last: Sizes, parts: int) -> dict[str, dict[str, float | None]]:
    project, told, counted = Project(), {}, set[str]()
    for kind in KINDS:
        names = {table.name for table in kind.tables if not kind.contents} - counted
        counted |= names
        grown, rows = (sum(last[name][place] - first[name][place] for name in names) for place in (0, 1))
        if rows:
            told[str(kind.label)] = {"bytes": grown / parts, "rows": rows / parts, "days": kind.days(project)}
    return told


def _sizes() -> Sizes:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(SIZES)
        found = cursor.fetchall()
        return {name: (int(size), _rows(cursor, name)) for name, size in found}


def _rows(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


class _World:
    """A site with half the power that its charge points could take."""

    def __init__(self) -> None:
        self.now = START
        self.writer = BatchWriter(write_messages, clock=lambda: self.now)
        self.sequence = itertools.count(1)
        self.site = Site.objects.create(
            code="bench", name_en="Bench", name_fr="Banc", limit_value=POINTS * POWER_W / 2,
            smart_charging_enabled=True,
        )  # fmt: skip
        self.points = [self._point(index) for index in range(POINTS)]

    def pass_days(self, first: int, last: int) -> None:
        """Let the days from `first` to before `last` pass."""
        for minute in range(first * DAY_MIN, last * DAY_MIN):
            self.pass_minute(minute)
        self.roll_up()

    def pass_minute(self, minute: int) -> None:
        """Let everybody speak; the roll-ups follow every ten minutes."""
        for group in range(GROUPS):
            self.now = START + timedelta(minutes=minute, seconds=group * 60 / GROUPS)
            if self._speak(self.points[group::GROUPS], minute) or group == 0:
                self.now += timedelta(seconds=2)
                rebalance(site_id=self.site.pk, now=self.now)
                waiting = waiting_for_commands(self.now)
                for point in self.points:
                    if point.link.charge_point_id in waiting:
                        self._command(point)
        if minute % 10 == 9:
            self.roll_up()
        if minute % 60 == 59:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as it happens by itself when an hour takes an hour

    def roll_up(self) -> None:
        """Do what tasks do."""
        judge_ended(now=self.now)
        count_running(now=self.now)
        roll_up(now=self.now)

    def _point(self, index: int) -> Point:
        row = ChargePoint.objects.create(identity=f"B_{index:03}", site=self.site)
        ChargePointState.objects.create(charge_point=row)
        evse = Evse.objects.create(charge_point=row, number=1, max_power_w=POWER_W, current="DC")
        EvseState.objects.create(evse=evse)
        tag = f"B4A63CDF{index:04}"
        vehicle = Vehicle.objects.create(code=f"bus-{index}", name=f"Bus {index}", battery_wh=350_000)
        IdToken.objects.create(value=tag, key=tag, vehicle=vehicle)
        link = Link(uuid4(), row.pk, row.identity, self.site.pk, "1.6", {1: evse.pk}, booted=True)
        self._write(
            JobWork(
                lambda batch: open_connection(
                    token=link.token, charge_point_id=row.pk, site_id=self.site.pk, address="192.0.2.1",
                    subprotocol="ocpp1.6", version="1.6", process="bench", batch=batch,
                ),
                None,  # type: ignore[arg-type]  # nobody waits
            )
        )  # fmt: skip
        point = Point(link, tag, index * 60 // POINTS, index * 7)
        for connector in (0, 1):
            status = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
            self._write(self._work(point, "StatusNotification", status))
        return point

    def _speak(self, points: Sequence[Point], minute: int) -> bool:
        """Store what charge points tell; tell whether smart charging has to look at it."""
        stirred, usual = False, []
        for point in points:
            for action, payload in point.minute(minute, self.now):
                if action in USUAL:
                    usual.append(self._work(point, action, payload))
                    continue
                (outcome,), told = self._write(self._work(point, action, payload))
                stirred = stirred or told
                if action == "StartTransaction":
                    point.number = json.loads(outcome.payload)["transactionId"]
        return self._write(*usual)[1] or stirred

    def _work(self, point: Point, action: str, payload: dict[str, Any]) -> CallWork:
        message_id, body = str(uuid4()), encode(payload)
        call = InboundCall(
            point.link, message_id, action, validate_call("1.6", action, body).message,
            call_frame(message_id, action, body), (), self.now, next(self.sequence),
        )  # fmt: skip
        return CallWork(call, ROUTES["1.6", action], None)  # type: ignore[arg-type]  # nobody waits

    def _command(self, point: Point) -> None:
        """Carry out what is queued for a charge point, as its pump does."""
        claim = self._turn(point)
        while claim is not None:
            claim = self._turn(point, claim.call_id, self._carry_out(point, claim))

    def _carry_out(self, point: Point, claim: Claim) -> Answer:
        body = encode(point.follow(claim.action, claim.payload))
        log = [(True, call_frame(claim.message_id, claim.action, encode(claim.payload)))]
        log.append((False, result_frame(claim.message_id, body)))
        entries = [
            LogEntry(
                point.link.charge_point_id, self.now, next(self.sequence), outgoing, claim.message_id,
                claim.action, frame,
            )
            for outgoing, frame in log
        ]  # fmt: skip
        self._write(*(LogWork(entry) for entry in entries))
        message = validate_result("1.6", claim.action, body).message
        return Answer(claim.payload, message, json.loads(body))

    def _turn(self, point: Point, call_id: int | None = None, answer: Answer | None = None) -> Claim | None:
        turn = Turn(point.link.charge_point_id, point.link.token, call_id, answer)
        claims: list[Claim | None] = self._job(lambda batch: take_turns([turn], batch, routes=COMMANDS))
        return claims[0]

    def _job(self, job: Any) -> Any:
        (found,), _stirred = self._write(JobWork(job, None))  # type: ignore[arg-type]  # nobody waits
        return found

    def _write(self, *work: Work) -> tuple[list[Any], bool]:
        written = self.writer.write(work)
        for each, outcome in written.outcomes:
            if isinstance(outcome, Failed):
                raise TypeError(f"{each}: {outcome.error}")
        stirred = any(isinstance(event, WATCHED) for event in written.events)
        return [outcome for _work, outcome in written.outcomes], stirred
