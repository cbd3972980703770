from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import Boot, Command, EvseState
from chargers.ocpp.commanding import Answer, Done
from chargers.ocpp.handling import Batch
from chargers.types import CommandState
from charging.models import Reservation, Transaction
from charging.ocpp.v16.table import COMMANDS
from charging.services.reservations import (
    UnableToReserveError,
    cancel_reservation,
    make_reservation,
    settle_reservations,
)
from charging.tasks import sweep_reservations
from evkit.celery import app
from tests.charging.ocpp.desk import NOW
from tests.factories import IdTokenFactory

LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def make(charge_point, tag):
    def make_one(connector=1, token=tag, **changes):
        wanted = {"connector": connector, "token": token, "expires_at": LATER, "now": NOW} | changes
        return make_reservation(charge_point=charge_point, **wanted)

    return make_one


def answered(command: Command, at=NOW, **answer) -> None:
    """Settle a command as the pump does."""
    given = Answer(request=command.payload, **answer)
    done = COMMANDS[command.action].on_answer(command, given, Batch(at))
    assert isinstance(done, Done)
    Command.objects.filter(pk=command.pk).update(state=done.state, sent_at=at, finished_at=at)


def status(command: Command, value: str, at=NOW) -> None:
    answered(command, at, message=object(), payload={"status": value})


def state(reservation: Reservation) -> str:
    return Reservation.objects.get(pk=reservation.pk).state


def start(desk, **changes):
    payload = {
        "connectorId": 1,
        "idTag": "B4A63CDF2212",
        "meterStart": 0,
        "timestamp": "2026-01-10T12:00:00Z",
    }
    desk.send("StartTransaction", payload | changes)
    return Transaction.objects.get()


class TestMaking:
    def test_it_is_asked_for_with_the_badge_and_its_group(self, make):
        child = IdTokenFactory(value="CHILD", parent=IdTokenFactory(value="GROUP"))
        made = make(token=child)
        assert (made.command.action, made.state) == ("ReserveNow", "requested")
        assert made.command.payload == {
            "connectorId": 1,
            "expiryDate": "2026-01-10T13:00:00Z",
            "idTag": "CHILD",
            "reservationId": made.number,
            "parentIdTag": "GROUP",
        }
        assert made.command.deadline == LATER

    def test_a_connector_is_reserved_once(self, make):
        make()
        with pytest.raises(UnableToReserveError) as refused:
            make()
        assert refused.value.field == "connector"
        make(2)
        assert Reservation.objects.count() == Command.objects.count() == 2

    def test_what_makes_no_sense_is_refused(self, make):
        blocked = IdTokenFactory(value="B", blocked=True)
        for changes in ({"expires_at": NOW}, {"token": blocked}, {"connector": 9}):
            with pytest.raises(UnableToReserveError):
                make(**changes)
        assert not Command.objects.exists()

    def test_numbers_are_never_used_again(self, make):
        first = make().number
        Reservation.objects.all().delete()
        assert make().number > first


class TestAnswer:
    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ("Accepted", "accepted"),
            ("Faulted", "refused"),
            ("Occupied", "refused"),
            ("Unavailable", "refused"),
            ("Rejected", "refused"),
        ],
    )
    def test_the_status_decides(self, make, answer, expected):
        made = make()
        status(made.command, answer)
        made.refresh_from_db()
        assert (made.state, made.answer) == (expected, "" if answer == "Accepted" else answer)

    def test_an_error_refuses(self, make):
        made = make()
        answered(made.command, error_code="NotSupported")
        made.refresh_from_db()
        assert (made.state, made.answer) == ("refused", "NotSupported")

    def test_a_late_answer_does_not_revive_a_used_one(self, make, desk):
        made = make()
        start(desk, reservationId=made.number)
        status(made.command, "Accepted")
        assert state(made) == "used"

    def test_without_one_it_is_asked_again(self, make):
        made = make()
        answered(made.command)
        settle_reservations(now=NOW + MINUTE)
        made.refresh_from_db()
        assert (made.state, made.command.payload["reservationId"]) == ("requested", made.number)
        assert Command.objects.count() == 2


class TestCancelling:
    @pytest.mark.parametrize("answer", ["Accepted", "Rejected"])
    def test_either_answer_ends_it(self, make, answer):
        made = make()
        status(made.command, "Accepted")
        command = cancel_reservation(number=made.number, now=NOW)
        assert (command.action, command.payload) == ("CancelReservation", {"reservationId": made.number})
        assert state(made) == "accepted"
        status(command, answer)
        assert state(made) == "cancelled"

    def test_it_is_asked_for_once(self, make):
        made = make()
        cancel_reservation(number=made.number, now=NOW)
        with pytest.raises(UnableToReserveError):
            cancel_reservation(number=made.number, now=NOW)

    def test_what_is_over_cannot_be_cancelled(self, make):
        made = make()
        status(made.command, "Occupied")
        with pytest.raises(UnableToReserveError):
            cancel_reservation(number=made.number, now=NOW)


class TestUse:
    @pytest.mark.parametrize("connector", [0, 1])
    def test_a_start_of_the_badge_uses_it(self, make, desk, connector):
        made = make(connector)
        row = start(desk)
        made.refresh_from_db()
        assert (made.state, made.transaction) == ("used", row)

    def test_a_start_of_the_group_uses_it(self, make, desk, tag):
        group = IdTokenFactory(value="GROUP")
        type(tag).objects.filter(pk=tag.pk).update(parent=group)
        made = make(token=IdTokenFactory(value="OTHER", parent=group))
        start(desk)
        assert state(made) == "used"

    def test_another_badge_or_connector_does_not(self, make, desk):
        elsewhere, foreign = make(2), make(1, IdTokenFactory(value="OTHER"))
        start(desk)
        assert (state(elsewhere), state(foreign)) == ("requested", "requested")

    def test_the_number_decides_before_the_badge(self, make, desk):
        named, same = make(2), make(1)
        start(desk, reservationId=named.number)
        assert (state(named), state(same)) == ("used", "requested")

    def test_a_start_that_arrives_late_uses_what_expired_since(self, make, desk):
        made = make(expires_at=NOW + MINUTE)
        settle_reservations(now=NOW + MINUTE)
        start(desk)
        assert state(made) == "used"


class TestSettling:
    def test_it_expires(self, make):
        made = make()
        settle_reservations(now=LATER - MINUTE)
        assert state(made) == "requested"
        settle_reservations(now=LATER)
        made.refresh_from_db()
        assert (made.state, made.ended_at) == ("expired", LATER)

    @pytest.mark.parametrize("broken", ["Faulted", "Unavailable"])
    def test_a_fault_loses_it(self, make, charge_point, broken):
        made, other = make(1), make(2)
        status(made.command, "Accepted")
        status(other.command, "Accepted")
        EvseState.objects.filter(evse__charge_point=charge_point, evse__number=1).update(
            status=broken, status_since=NOW + MINUTE
        )
        settle_reservations(now=NOW + 2 * MINUTE)
        assert (state(made), state(other)) == ("lost", "accepted")

    def test_it_is_sent_again_after_a_boot_once(self, make, charge_point):
        made = make()
        status(made.command, "Accepted")
        Boot.objects.create(charge_point=charge_point, at=NOW + MINUTE, facts={}, status="Accepted")
        for _ in range(2):
            settle_reservations(now=NOW + 2 * MINUTE)
        made.refresh_from_db()
        assert (made.command.state, Command.objects.count()) == (CommandState.QUEUED, 2)
        status(made.command, "Faulted", NOW + 2 * MINUTE)
        assert state(made) == "lost"

    def test_it_is_run_regularly(self):
        scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
        assert sweep_reservations.name in scheduled
