from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from chargers.models import Command, Evse
from charging.models import OperationBatch, OperationLine, Pause
from charging.ocpp.v16.table import COMMANDS
from charging.services.operations import (
    MAX_CONNECTORS,
    UnableToOperateError,
    Wish,
    operate,
    prepare,
    reset_duration,
)
from charging.services.pausing import pause_charge
from charging.services.planning import Arguments
from charging.types import Obstacle, Operation
from evkit.core.errors import ForbiddenError
from evkit.core.recorders import Actor, Deed, recorders
from sites.permissions import Principal
from sites.types import Role
from tests.chargers.exchange import Socket
from tests.factories import (
    ChargePointFactory,
    IdTokenFactory,
    SiteFactory,
    TransactionFactory,
    VehicleFactory,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def points(site):
    return [ChargePointFactory(site=site, identity=f"A_{n:03}", evses=2) for n in range(1, 4)]


@pytest.fixture
def operator(site) -> Principal:
    return Principal(Role.OPERATOR, frozenset({site.pk}), Actor(None, "claire", "10.0.0.1"))


def ids(*points, number=None):
    rows = Evse.objects.filter(charge_point__in=points)
    return list((rows.filter(number=number) if number else rows).values_list("pk", flat=True))


def wish(site, operation, evse_ids, token=None, **arguments) -> Wish:
    return Wish(site, Operation(operation), evse_ids, Arguments(**arguments), token or uuid4())


def start(point, number=1, tag="B4A63CDF0001"):
    vehicle = VehicleFactory(name=f"Bus {point.identity}")
    token = IdTokenFactory(value=tag, vehicle=vehicle)
    return TransactionFactory(evse=point.evses.get(number=number), id_token=token)


def commands():
    fields = ("charge_point__identity", "action", "payload")
    return list(Command.objects.order_by("pk").values_list(*fields))


def lines(batch):
    return [
        (line.charge_point.identity, line.evse and line.evse.number, line.obstacle or line.command.action)
        for line in batch.lines.select_related("charge_point", "evse", "command")
    ]


class TestOperate:
    def test_stops_what_runs_and_says_where_nothing_does(self, site, points, operator):
        running = start(points[0])
        batch = operate(wish=wish(site, "stop", ids(*points[:2], number=1)), principal=operator, now=NOW)
        assert commands() == [("A_001", "RemoteStopTransaction", {"transactionId": running.number})]
        assert lines(batch) == [("A_001", 1, "RemoteStopTransaction"), ("A_002", 1, "not_running")]
        assert batch.lines.get(position=0).subject == "Bus A_001"

    def test_every_command_has_its_entry_in_the_journal(self, site, points, operator):
        deeds: list[Deed] = []
        recorders.register(deeds.append)
        batch = operate(wish=wish(site, "unlock", ids(*points)), principal=operator, now=NOW)
        recorders._recorders.remove(deeds.append)
        assert [deed.object_key for deed in deeds] == ["A_001", "A_001", "A_002", "A_002", "A_003", "A_003"]
        assert {(deed.actor.name, deed.details["batch"]) for deed in deeds} == {("claire", batch.pk)}

    def test_the_same_form_twice_is_one_batch(self, site, points, operator):
        asked = wish(site, "unlock", ids(points[0]))
        first = operate(wish=asked, principal=operator, now=NOW)
        assert operate(wish=asked, principal=operator, now=NOW + timedelta(seconds=1)) == first
        assert Command.objects.count() == 2

    def test_a_form_of_somebody_else_is_refused(self, site, points, operator):
        asked = wish(site, "unlock", ids(points[0]))
        operate(wish=asked, principal=operator, now=NOW)
        other = Principal(Role.OPERATOR, frozenset({site.pk}), Actor(None, "marc"))
        with pytest.raises(ForbiddenError):
            operate(wish=asked, principal=other, now=NOW)

    def test_starts_with_the_badge_that_was_chosen(self, site, points, operator):
        operate(wish=wish(site, "start", ids(points[0]), tag="ABCD"), principal=operator, now=NOW)
        assert [payload for *_, payload in commands()] == [
            {"connectorId": 1, "idTag": "ABCD"},
            {"connectorId": 2, "idTag": "ABCD"},
        ]

    def test_starts_with_the_badge_used_last_on_each_connector(self, site, points, operator):
        for point, tag in ((points[0], "OLD"), (points[0], "LAST"), (points[1], "GONE")):
            ended = start(point, tag=tag)
            ended.ended_at = NOW
            ended.save()
        IdTokenFactory._meta.model.objects.filter(value="GONE").update(blocked=True)
        batch = operate(wish=wish(site, "start", ids(*points, number=1)), principal=operator, now=NOW)
        assert commands() == [("A_001", "RemoteStartTransaction", {"connectorId": 1, "idTag": "LAST"})]
        assert [line[2] for line in lines(batch)][1:] == [Obstacle.NO_BADGE, Obstacle.NO_BADGE]

    def test_nothing_starts_where_a_charge_runs(self, site, points, operator):
        start(points[0])
        batch = operate(
            wish=wish(site, "start", ids(points[0], number=1), tag="X"), principal=operator, now=NOW
        )
        assert lines(batch) == [("A_001", 1, Obstacle.RUNNING)]

    def test_pauses_and_resumes(self, site, points, operator):
        start(points[0])
        socket = Socket(points[0], COMMANDS)
        operate(wish=wish(site, "pause", ids(points[0]), reason="works"), principal=operator, now=NOW)
        assert (Pause.objects.get().paused_name, Pause.objects.get().reason) == ("claire", "works")
        socket.confirm(socket.expect(), {"status": "Accepted"})
        batch = operate(wish=wish(site, "resume", ids(points[0])), principal=operator, now=NOW)
        assert lines(batch) == [("A_001", 1, "ClearChargingProfile"), ("A_001", 2, "not_running")]

    def test_what_is_paused_is_not_paused_again(self, site, points, operator):
        evse = start(points[0]).evse
        pause_charge(evse=evse, now=NOW)
        batch = operate(wish=wish(site, "pause", [evse.pk]), principal=operator, now=NOW)
        assert lines(batch) == [("A_001", 1, Obstacle.PAUSED)]

    def test_takes_connectors_out_of_service_and_back(self, site, points, operator):
        operate(wish=wish(site, "out-of-service", ids(points[0], number=2)), principal=operator, now=NOW)
        operate(wish=wish(site, "in-service", ids(points[0], number=2)), principal=operator, now=NOW)
        assert [payload for *_, payload in commands()] == [
            {"connectorId": 2, "type": "Inoperative"},
            {"connectorId": 2, "type": "Operative"},
        ]

    def test_resets_each_charge_point_once(self, site, points, operator):
        batch = operate(wish=wish(site, "reset", ids(*points), hard=True), principal=operator, now=NOW)
        assert [payload for *_, payload in commands()] == [{"type": "Hard"}] * 3
        assert [line[1] for line in lines(batch)] == [None] * 3


class TestRights:
    @pytest.mark.parametrize("role", [Role.GUEST, ""])
    def test_who_may_not_command_changes_nothing(self, site, points, role):
        nobody = Principal(role, frozenset({site.pk}), Actor(None, "eve"))
        with pytest.raises(ForbiddenError):
            operate(wish=wish(site, "stop", ids(*points)), principal=nobody, now=NOW)
        assert not OperationBatch.objects.exists()
        assert not Command.objects.exists()

    def test_one_connector_of_a_site_that_is_not_theirs_refuses_all(self, site, points, operator):
        foreign = ChargePointFactory(evses=1)
        with pytest.raises(ForbiddenError):
            operate(wish=wish(site, "unlock", ids(*points, foreign)), principal=operator, now=NOW)
        assert not Command.objects.exists()

    def test_a_connector_of_another_site_is_refused_to_everybody(self, site, points):
        foreign = ChargePointFactory(evses=1)
        administrator = Principal(Role.ADMINISTRATOR, None, Actor(None, "root"))
        with pytest.raises(UnableToOperateError):
            operate(wish=wish(site, "unlock", ids(points[0], foreign)), principal=administrator, now=NOW)
        assert not Command.objects.exists()


class TestBounds:
    def test_nothing_selected_is_refused(self, site, operator):
        with pytest.raises(UnableToOperateError):
            prepare(wish=wish(site, "stop", []), principal=operator)

    def test_too_many_are_refused(self, site, operator):
        with pytest.raises(UnableToOperateError):
            prepare(wish=wish(site, "stop", range(MAX_CONNECTORS + 1)), principal=operator)

    def test_preparing_asks_nothing(self, site, points, operator):
        start(points[0])
        targets = prepare(wish=wish(site, "stop", ids(points[0])), principal=operator)
        assert [target.obstacle for target in targets] == [None, Obstacle.NOT_RUNNING]
        assert not Command.objects.exists()
        assert not OperationLine.objects.exists()


class TestWaves:
    def test_many_resets_go_out_in_waves(self, site, operator):
        points = [ChargePointFactory(site=site, evses=1) for _ in range(23)]
        operate(wish=wish(site, "reset", ids(*points)), principal=operator, now=NOW)
        waits = list(Command.objects.order_by("pk").values_list("not_before", flat=True))
        assert waits == [None] * 10 + [NOW + timedelta(seconds=5)] * 10 + [NOW + timedelta(seconds=10)] * 3
        assert reset_duration(23) == timedelta(seconds=10)
        assert reset_duration(10) == timedelta(0)

    def test_a_command_is_not_sent_before_its_time_and_later_ones_pass_it(self, site, operator):
        points = [ChargePointFactory(site=site, evses=1) for _ in range(11)]
        operate(wish=wish(site, "reset", ids(*points)), principal=operator, now=NOW)
        socket = Socket(points[10], COMMANDS)
        assert socket.claim(now=NOW) is None
        operate(wish=wish(site, "unlock", ids(points[10])), principal=operator, now=NOW)
        unlocking = socket.expect(now=NOW)
        assert unlocking.action == "UnlockConnector"
        socket.confirm(unlocking, {"status": "Unlocked"})
        assert socket.expect(now=NOW + timedelta(seconds=5)).action == "Reset"
