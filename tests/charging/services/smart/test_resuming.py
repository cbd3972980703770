"""Whether charges go on after a limit of 0: learned, kept, shown on the passport and used."""

from __future__ import annotations

from typing import Any

import pytest

from chargers.models import ChargePoint, Evse, EvseState
from charging.models import AutomaticCharge, ConnectorLimit, IdToken, Transaction
from charging.services.automatic import drive_automatic_charges
from charging.services.pausing import UnableToPauseError, pause_charge
from charging.services.smart.modes import known_mode
from charging.services.smart.resuming import is_same_vehicle
from charging.smart.planner import Why
from charging.smart.resuming import Trial
from charging.types import AutomaticKind, AutomaticState, Obstacle
from evkit.console.selectors.passport import mode_lines
from sites.models import Site
from tests.charging.services.smart.yard import Yard, at, only
from tests.factories import VehicleFactory

pytestmark = pytest.mark.django_db


class Lane:
    """One connector of a site, whose vehicle takes what it is offered until the site has no power."""

    def __init__(self, **site: Any) -> None:
        self.yard = Yard(limit_a=20.0, **site)
        self.evse = only(self.yard.point())
        self.time = 0.0

    def charge(self, **fields: Any) -> Transaction:
        started = self.yard.start(self.evse, self.time, **fields)
        self.show(20.0)
        return started

    def show(self, amperes: float, after: float = 10.0) -> None:
        """Let time pass, measure, and balance."""
        self.yard.settle(self.time + 1)
        self.time += after
        self.yard.measure(self.evse, amperes, self.time)
        self.yard.settle(self.time + 1)
        self.time += 1

    def interrupt(self) -> None:
        """Take all power from the site, and give it back."""
        for limit_a in (0.0, 20.0):
            Site.objects.update(limit_value=limit_a)
            self.show(0.0)

    def end(self, charge: Transaction) -> None:
        self.yard.stop(charge, self.time)
        self.yard.settle(self.time)

    @property
    def row(self) -> ConnectorLimit:
        return self.yard.row(self.evse)


def lost(lane: Lane, **fields: Any) -> Transaction:
    """A charge that takes nothing any more after the site had no power."""
    charge = lane.charge(**fields)
    lane.interrupt()
    for _ in range(8):
        lane.show(0.0, after=30.0)
    return charge


class TestLearning:
    def test_a_charge_that_goes_on(self) -> None:
        lane = Lane()
        lane.charge()
        lane.interrupt()
        lane.show(20.0)
        assert (lane.row.resumes, lane.row.not_resumed) == (True, 0)

    def test_one_that_does_not_is_told_and_counts_once(self) -> None:
        lane = Lane()
        lost(lane)
        assert (lane.row.trial, lane.row.resumes, lane.row.not_resumed) == (Trial.LOST, None, 1)
        assert lane.row.why == Why.LOST

    def test_a_second_vehicle_that_does_not_shows_that_none_does(self) -> None:
        lane = Lane()
        lane.end(lost(lane, id_tag="BUS-1"))
        lost(lane, id_tag="BUS-2")
        assert (lane.row.resumes, lane.row.not_resumed) == (False, 2)

    def test_a_full_vehicle_shows_nothing(self) -> None:
        lane = Lane()
        lane.charge()
        lane.show(0.0)
        lane.interrupt()
        for _ in range(8):
            lane.show(0.0, after=30.0)
        assert (lane.row.resumes, lane.row.not_resumed) == (None, 0)

    def test_the_same_vehicle_that_charges_after_it_was_unplugged_proves_it(self) -> None:
        lane = Lane()
        lane.end(lost(lane, id_tag="BUS-1"))
        lane.charge(id_tag="bus-1")
        assert (lane.row.resumes, lane.row.not_resumed) == (False, 2)

    def test_another_one_does_not(self) -> None:
        lane = Lane()
        lane.end(lost(lane, id_tag="BUS-1"))
        lane.charge(id_tag="BUS-2")
        assert (lane.row.resumes, lane.row.not_resumed) == (None, 1)

    def test_without_measurement_its_status_tells(self) -> None:
        lane = Lane()
        lane.charge()
        EvseState.objects.update(status="SuspendedEVSE")
        for limit_a, seconds in ((0.0, 10.0), (20.0, 30.0), (20.0, 100.0), (20.0, 230.0)):
            Site.objects.update(limit_value=limit_a)
            lane.yard.settle(lane.time + seconds)
            lane.yard.settle(lane.time + seconds + 1)
        assert (lane.row.trial, lane.row.not_resumed) == (Trial.LOST, 1)


class TestSameVehicle:
    def pair(self, apart_s: float, **second: Any) -> tuple[Evse, Transaction]:
        lane = Lane()
        first = lane.yard.start(lane.evse, 0, id_tag="FLEET", ended_at=at(100), ended_received_at=at(100))
        assert first.vehicle_id is None
        return lane.evse, lane.yard.start(lane.evse, 100 + apart_s, **{"id_tag": "FLEET", **second})

    def test_by_its_id_tag_soon_after(self) -> None:
        evse, charge = self.pair(60)
        assert is_same_vehicle(evse.pk, charge.number)

    def test_not_a_day_later(self) -> None:
        evse, charge = self.pair(86_400)
        assert not is_same_vehicle(evse.pk, charge.number)

    def test_not_by_a_tag_that_many_use(self) -> None:
        shared = IdToken.objects.create(value="FLEET", key="FLEET", concurrent=True)
        evse, charge = self.pair(60, id_token=shared)
        assert not is_same_vehicle(evse.pk, charge.number)

    def test_but_where_evkit_started_it_again_while_it_was_plugged_in(self) -> None:
        shared = IdToken.objects.create(value="FLEET", key="FLEET", concurrent=True)
        evse, charge = self.pair(60, id_token=shared)
        AutomaticCharge.objects.create(
            evse=evse, kind=AutomaticKind.RESTART, state=AutomaticState.TRYING, id_tag="FLEET",
            tried_at=at(120),
        )  # fmt: skip
        assert is_same_vehicle(evse.pk, charge.number)

    def test_by_the_vehicle_itself(self) -> None:
        vehicle = VehicleFactory()
        evse, charge = self.pair(60, vehicle=vehicle, id_tag="OTHER")
        assert not is_same_vehicle(evse.pk, charge.number)
        Transaction.objects.update(vehicle=vehicle)
        assert is_same_vehicle(evse.pk, charge.number)

    def test_not_where_there_was_none_before(self) -> None:
        lane = Lane()
        charge = lane.yard.start(lane.evse)
        assert not is_same_vehicle(lane.evse.pk, charge.number)


class TestUse:
    def waiting(self, **mode: Any) -> tuple[Yard, Evse, Evse]:
        """Two vehicles after an hour with power for one of them: the first one has charged so far."""
        yard = Yard(limit_a=6.0)
        first, second = only(yard.point(operating_mode=mode)), only(yard.point())
        yard.start(first, energy_wh=9000.0)
        yard.settle(0)
        yard.start(second, 1)
        yard.settle(2)
        for second_ in (500, 1000):
            yard.measure(first, 6.0, second_)
            yard.settle(second_ + 1)
        return yard, first, second

    def test_power_goes_on_to_the_next_one(self) -> None:
        yard, first, second = self.waiting()
        assert (yard.row(first).target, yard.row(second).target) == (0.0, 6.0)

    def test_not_from_one_that_would_not_go_on(self) -> None:
        yard, first, second = self.waiting(resumes=False)
        assert (yard.row(first).target, yard.row(second).target) == (6.0, 0.0)
        assert (yard.row(first).why, yard.row(second).why) == (Why.KEPT, Why.NO_ROOM)

    @pytest.mark.parametrize(
        ("declared", "learned", "kept"),
        [(None, False, True), (True, False, False), (False, True, True), (None, None, False)],
    )
    def test_an_administrator_is_believed_before_experience(
        self, declared: bool | None, learned: bool | None, kept: bool
    ) -> None:
        yard = Yard(limit_a=6.0)
        mode = {} if declared is None else {"resumes": declared}
        first, second = only(yard.point(operating_mode=mode)), only(yard.point())
        yard.settle(0)
        ConnectorLimit.objects.filter(pk=first.pk).update(resumes=learned)
        yard.start(first, 1, energy_wh=9000.0)
        yard.start(second, 2)
        yard.settle(3)
        assert yard.row(first).target == (6.0 if kept else 0.0)


class TestKeptKnowledge:
    def test_it_stays_when_smart_charging_is_switched_off_and_is_on_the_passport(self) -> None:
        lane = Lane()
        lane.end(lost(lane, id_tag="BUS-1"))
        lane.charge(id_tag="BUS-1")
        Site.objects.update(smart_charging_enabled=False)
        for _ in range(3):
            lane.yard.settle(lane.time + 5)
        assert (lane.row.resumes, lane.row.not_resumed, lane.row.trial) == (False, 2, Trial.NONE)
        point = ChargePoint.objects.select_related("state").get(pk=lane.evse.charge_point_id)
        assert known_mode(point).sources["resumes"] == "learned"
        shown = {str(label): (str(value), str(source)) for label, value, source in mode_lines(point)}
        assert shown["Goes on by itself after a limit of 0"] == ("no", "learned")


class TestRestart:
    def test_a_charge_that_its_vehicle_does_not_go_on_with_is_started_again(self) -> None:
        lane = Lane(automatic_restart=True)
        lane.charge()
        lane.interrupt()
        EvseState.objects.update(status="SuspendedEV", status_since=at(lane.time - 30))
        told = EvseState.objects.get(pk=lane.evse.pk).limit_at
        assert told is not None
        since = (told - at(0)).total_seconds()
        assert drive_automatic_charges(now=at(since + 59)) == 0, "it has a minute"
        assert drive_automatic_charges(now=at(since + 61)) == 1

    def test_not_one_whose_vehicle_may_be_full(self) -> None:
        lane = Lane(automatic_restart=True)
        lane.charge()
        lane.show(0.0)
        EvseState.objects.update(status="SuspendedEV", status_since=at(lane.time))
        assert drive_automatic_charges(now=at(lane.time + 600)) == 0


class TestNoPause:
    """Charge points that obey no limit of 0: only a stop ends their charges for a while."""

    def test_smart_charging_leaves_it_its_minimum_and_counts_with_that(self) -> None:
        yard = Yard(limit_a=20.0)
        evse, other = only(yard.point(operating_mode={"pause": "stop"})), only(yard.point())
        yard.start(evse)
        yard.start(other, 1)
        yard.settle(2)
        Site.objects.update(limit_value=0.0)
        yard.settle(3)
        assert (yard.told(evse)[-1], yard.told(other)[-1]) == (6.0, 0.0)
        assert yard.row(evse).why == Why.FLOOR

    def test_an_operator_is_told_that_it_can_only_be_stopped(self) -> None:
        yard = Yard()
        evse = only(yard.point(operating_mode={"pause": "stop"}))
        yard.start(evse)
        with pytest.raises(UnableToPauseError) as refused:
            pause_charge(evse=evse, now=at(1))
        assert refused.value.obstacle is Obstacle.NO_PAUSE
