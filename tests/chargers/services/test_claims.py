"""Turns of many charge points at once; what one of them is told, test_commands.py tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chargers.models import ChargePoint, Command, CommandCall
from chargers.ocpp.commanding import Answer, CommandRoute
from chargers.ocpp.handling import Batch
from chargers.services.claims import Turn, claim_many, take_turns
from chargers.services.commands import queue_command
from chargers.types import CommandState
from evkit.core.errors import EvkitError
from tests.chargers.exchange import NOW, link_of
from tests.factories import ChargePointFactory

pytestmark = pytest.mark.django_db
ROUTES = {"Reset": CommandRoute(first_payload=lambda _command: _fail())}


def _fail() -> dict[str, object]:
    raise EvkitError("it cannot be sent")


def queue(charge_point: ChargePoint, action: str = "ClearCache", **payload: object) -> Command:
    return queue_command(charge_point=charge_point, action=action, payload=payload, now=NOW)


def points(count: int) -> list[ChargePoint]:
    """Connected charge points with two queued commands each."""
    made: list[ChargePoint] = [ChargePointFactory() for _ in range(count)]
    for point in made:
        queue(point)
        queue(point)
    return made


def sockets(made: Iterable[ChargePoint]) -> list[tuple[int, UUID]]:
    return [(point.pk, link_of(point).token) for point in made]


class TestClaims:
    def test_are_each_the_oldest_command_of_a_charge_point(self):
        connected = sockets(points(3))
        claims = claim_many(connected, Batch(NOW), routes=ROUTES)
        assert claims.keys() == set(connected)
        for (pk, _token), claim in claims.items():
            first = Command.objects.filter(charge_point_id=pk).earliest("pk")
            assert (claim.command_id, first.state, first.sent_at) == (first.pk, CommandState.SENT, NOW)
            assert CommandCall.objects.get(pk=claim.call_id).command_id == first.pk

    def test_of_many_take_no_more_statements_than_those_of_two(self):
        counts = []
        for count in (2, 9):
            connected = sockets(points(count))
            with CaptureQueriesContext(connection) as captured:
                claim_many(connected, Batch(NOW), routes=ROUTES)
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_leave_out_whoever_may_not_be_told_anything_and_serve_the_others(self):
        rejected, replaced, busy, served = sockets(points(4))
        ChargePoint.objects.filter(pk=rejected[0]).update(registration="rejected")
        claim_many([busy], Batch(NOW), routes=ROUTES)
        older = (replaced[0], uuid4())
        assert claim_many([rejected, older, busy, served], Batch(NOW), routes=ROUTES).keys() == {served}

    def test_go_on_with_the_next_command_where_one_cannot_be_sent(self):
        first, second = ChargePointFactory(), ChargePointFactory()
        impossible = [queue(first, "Reset", type="Soft") for _ in range(2)]
        possible = queue(first)
        other = queue(second)
        claims = claim_many(sockets([first, second]), Batch(NOW), routes=ROUTES)
        assert {pk: claim.command_id for (pk, _token), claim in claims.items()} == {
            first.pk: possible.pk,
            second.pk: other.pk,
        }
        failed = Command.objects.filter(state=CommandState.FAILED)
        assert set(failed.values_list("pk", "error")) == {(row.pk, "it cannot be sent") for row in impossible}

    def test_take_the_place_of_what_an_older_connection_still_carries(self):
        made = points(1)
        [lost] = claim_many(sockets(made), Batch(NOW), routes=ROUTES).values()
        [claim] = claim_many(sockets(made), Batch(NOW), routes=ROUTES).values()
        assert claim.command_id > lost.command_id
        assert Command.objects.get(pk=lost.command_id).state == CommandState.TIMED_OUT


class TestTurns:
    def test_store_what_came_back_and_bring_the_next_command(self):
        turns = [Turn(pk, token) for pk, token in sockets(points(2))]
        claims = take_turns(turns, Batch(NOW), routes=ROUTES)
        answers = [
            Turn(turn.charge_point_id, turn.connection_token, claim.call_id, accepted())
            for turn, claim in zip(turns, claims, strict=True)
            if claim
        ]
        later = take_turns(answers, Batch(NOW + timedelta(seconds=1)), routes=ROUTES)
        for turn, claim, following in zip(turns, claims, later, strict=True):
            assert claim is not None
            assert following is not None
            assert following.command_id > claim.command_id
            assert Command.objects.get(pk=claim.command_id).state == CommandState.ACCEPTED
            assert Command.objects.get(pk=following.command_id).charge_point_id == turn.charge_point_id

    def test_of_an_older_and_the_newest_connection_send_a_command_once(self):
        [(pk, older)] = sockets(made := points(1))
        [(_pk, newest)] = sockets(made)
        for turns in ([Turn(pk, older), Turn(pk, newest)], [Turn(pk, newest), Turn(pk, older)]):
            Command.objects.update(state=CommandState.QUEUED)
            claims = dict(zip(turns, take_turns(turns, Batch(NOW), routes=ROUTES), strict=True))
            assert claims[Turn(pk, older)] is None
            assert claims[Turn(pk, newest)] is not None

    def test_end_where_nothing_is_left(self):
        point = ChargePointFactory()
        turn = Turn(point.pk, link_of(point).token)
        assert take_turns([turn], Batch(NOW), routes=ROUTES) == [None]


def accepted() -> Answer:
    return Answer(request={}, message=object(), payload={"status": "Accepted"})
