"""Connectors that draw more than they were told, or refuse: what is tried, and who is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from chargers.models import Command
from charging.events import LimitDisobeyed
from evkit.core.events import Event, bus
from evkit.core.recorders import Deed, recorders
from sites.models import Site
from tests.charging.services.smart.yard import Yard, only

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return Yard(limit_a=20.0)


@pytest.fixture
def evse(yard):
    evse = only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    assert yard.row(evse).confirmed == 20.0
    return evse


@pytest.fixture
def deeds() -> Iterator[list[Deed]]:
    found: list[Deed] = []

    def note(deed: Deed) -> None:
        if deed.verb == "limit_disobeyed":
            found.append(deed)

    recorders.register(note)
    yield found
    recorders._recorders.remove(note)


def profiles(evse) -> list[dict[str, Any]]:
    commands = Command.objects.filter(charge_point=evse.charge_point, action="SetChargingProfile")
    return [command.payload["csChargingProfiles"] for command in commands.order_by("pk")]


def how(profile: dict[str, Any]) -> tuple[str, str, float]:
    schedule = profile["chargingSchedule"]
    limit = schedule["chargingSchedulePeriod"][0]["limit"]
    return profile["chargingProfilePurpose"], schedule["chargingRateUnit"], limit


def disobey(yard, evse, amperes: float, since: int, minutes: int) -> None:
    for second in range(since, since + 60 * minutes, 10):
        yard.measure(evse, amperes, second)
        yard.settle(second)


class TestLadder:
    def test_tells_again_in_the_other_unit_as_default_and_stops_at_last(self, yard, evse, deeds) -> None:
        before = len(profiles(evse))
        disobey(yard, evse, 30.0, 40, 7)
        assert [how(each) for each in profiles(evse)[before:]][:4] == [
            ("TxProfile", "A", 20.0),
            ("TxProfile", "W", 13_800.0),
            ("TxDefaultProfile", "A", 20.0),
            ("TxProfile", "A", 0.0),
        ]
        assert yard.row(evse).envelope == 30.0, "what it takes stays reserved"
        assert [(deed.details["failures"], deed.details["measured"]) for deed in deeds] == [
            (1, 30.0),
            (4, 30.0),
        ]

    def test_waits_a_minute_between_two_attempts(self, yard, evse) -> None:
        before = len(profiles(evse))
        disobey(yard, evse, 30.0, 40, 1)
        assert len(profiles(evse)) - before <= 2

    def test_keeps_the_way_that_worked(self, yard, evse) -> None:
        disobey(yard, evse, 30.0, 40, 2)
        assert how(profiles(evse)[-1])[1] == "W"
        disobey(yard, evse, 19.0, 170, 2)
        row = yard.row(evse)
        assert (row.way, row.tries, row.missed_at) == (1, 0, None)
        yard.stop(row.transaction, 400)
        yard.measure(evse, 0.0, 400)
        yard.settle(400)
        yard.start(evse, 410)
        yard.settle(411)
        assert how(profiles(evse)[-1]) == ("TxProfile", "W", 13_800.0)

    def test_does_not_stop_who_draws_but_little_more(self, yard, evse) -> None:
        disobey(yard, evse, 22.0, 40, 10)
        assert 0.0 not in yard.told(evse)
        assert yard.row(evse).envelope == 22.0

    def test_an_inexact_meter_is_no_disobedience(self, yard, evse, deeds) -> None:
        for second in range(40, 340, 10):
            yard.measure(evse, yard.row(evse).confirmed * 1.04, second)
            yard.settle(second)
        assert deeds == []
        assert yard.row(evse).overdraw == 0.04
        assert yard.row(evse).confirmed == 19.0, "it is told less by as much"
        assert yard.row(evse).envelope <= 20.0
        assert yard.told(evse) == [20.0, 19.0], "and that is the end of it"

    def test_what_it_takes_stays_reserved_while_it_is_told_again(self, yard, evse) -> None:
        for second in range(40, 200, 2):
            if second % 10 == 0:
                yard.measure(evse, 30.0, second)
            yard.settle(second)
            assert second < 42 or yard.row(evse).envelope == 30.0

    def test_far_more_is_made_room_for_before_it_could_obey(self, yard, evse) -> None:
        other = only(yard.point())
        yard.settle(30)
        yard.start(other, 31)
        for second in range(32, 200, 10):
            yard.settle(second)
        assert yard.row(evse).confirmed == 10.0
        yard.measure(evse, 12.0, 201)
        yard.settle(202)
        assert yard.told(other)[-1] == 8.0

    def test_who_drew_far_too_much_is_reserved_for_at_its_next_start(self, yard, evse) -> None:
        type(yard.site).objects.update(launch_reserve=1)
        disobey(yard, evse, 30.0, 40, 2)
        assert yard.row(evse).distrusted
        yard.stop(yard.row(evse).transaction, 300)
        yard.measure(evse, 0.0, 300)
        plan = yard.settle(301)
        assert plan is not None
        assert plan.reserve[0] == 32.0

    def test_trust_comes_back_when_it_is_seen_to_obey(self, yard, evse) -> None:
        disobey(yard, evse, 30.0, 40, 1)
        assert yard.row(evse).distrusted
        disobey(yard, evse, 2.0, 120, 2)
        assert yard.row(evse).distrusted, "who takes little shows nothing"
        for second in range(240, 360, 10):
            yard.measure(evse, (yard.row(evse).confirmed or 0.0) * 0.97, second)
            yard.settle(second)
        assert not yard.row(evse).distrusted

    def test_stays_stopped_until_the_charge_is_over(self, yard, evse) -> None:
        disobey(yard, evse, 30.0, 40, 6)
        disobey(yard, evse, 0.0, 500, 3)
        assert yard.row(evse).target == 0.0
        yard.stop(yard.row(evse).transaction, 700)
        yard.settle(701)
        yard.start(evse, 720)
        yard.settle(721)
        assert yard.row(evse).target == 20.0


class TestRefused:
    def test_is_tried_in_the_other_unit(self, yard) -> None:
        evse = only(yard.point())
        yard.settle(0)
        yard.start(evse, 1)
        for second in range(2, 320, 10):
            yard.cycle(second)
            yard.answer_all(second, "Rejected")
        told = [how(each) for each in profiles(evse) if each["chargingProfileId"] == 920_001]
        assert [each[1] for each in told[:3]] == ["A", "A", "W"]
        assert yard.row(evse).confirmed is None
        assert yard.row(evse).tries >= 4

    def test_who_refuses_everything_is_counted_in_full_the_others_share_the_rest_and_somebody_is_told(
        self, yard: Yard, deeds: list[Deed]
    ) -> None:
        Site.objects.filter(pk=yard.site.pk).update(limit_value=42.0)
        bad, good = only(yard.point()), only(yard.point())
        yard.cycle(0)
        yard.answer(bad.charge_point, 0, "Rejected")
        yard.answer(good.charge_point, 0)
        yard.start(bad, 1)
        yard.start(good, 1)
        for second in range(2, 400, 10):
            yard.measure(bad, 32.0, second)
            plan = yard.cycle(second)
            yard.answer(bad.charge_point, second, "Rejected")
            yard.answer(good.charge_point, second)
        assert plan is not None
        assert plan.used.max() <= 42.0
        assert yard.row(good).confirmed == 10.0
        assert (yard.row(bad).envelope, yard.row(bad).why, yard.row(bad).tries) == (32.0, "disobeys", 4)
        assert len(deeds) == 1
        assert yard.told(bad)[-1] == 0.0

    def test_one_that_accepts_after_all_is_stopped_and_lends_what_it_had(self, yard: Yard) -> None:
        bad = only(yard.point())
        yard.cycle(0)
        yard.answer_all(0, "Rejected")
        yard.start(bad, 1)
        for second in range(2, 100, 10):
            yard.cycle(second)
            yard.answer_all(second, "Rejected")
        for second in range(100, 240, 10):
            yard.measure(bad, 0.0, second)
            yard.cycle(second)
            yard.answer_all(second)
        assert (yard.row(bad).confirmed, yard.row(bad).envelope) == (0.0, 0.0)


class TestEvent:
    def test_others_are_told(self, yard, evse, django_capture_on_commit_callbacks) -> None:
        told: list[LimitDisobeyed] = []

        def take(events: Sequence[Event]) -> None:
            told.extend(event for event in events if isinstance(event, LimitDisobeyed))

        bus.subscribe(LimitDisobeyed, take)
        with django_capture_on_commit_callbacks(execute=True):
            disobey(yard, evse, 30.0, 40, 7)
        bus.flush()
        bus.unsubscribe(take)
        assert [(event.told, event.measured, event.last) for event in told] == [
            (20.0, 30.0, False),
            (20.0, 30.0, True),
        ]
        assert told[0].evse_id == evse.pk


def test_learned_latency_lets_others_have_the_power_sooner(yard) -> None:
    evse, other = only(yard.point()), only(yard.point())
    yard.settle(0)
    yard.start(evse, 1)
    yard.settle(2)
    type(yard.row(evse)).objects.filter(pk=evse.pk).update(latency_s=6.0)
    yard.start(other, 100)
    yard.settle(101)
    assert yard.row(other).confirmed is None or yard.row(other).confirmed <= 6.0
    yard.settle(108)
    assert yard.row(other).confirmed == 10.0
