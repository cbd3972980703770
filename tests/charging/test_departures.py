"""When vehicles leave and what they need until then."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from charging.departures import Departure, departure_of, usual_departure
from charging.models import ChargePlan, Transaction, Vehicle

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
EVENING = datetime(2026, 5, 7, 20, tzinfo=UTC)


def charge(**fields: object) -> Transaction:
    return Transaction(number=1, started_at=EVENING, energy_wh=10_000.0, **fields)


def known(row: Transaction, now: datetime = EVENING) -> Departure:
    return departure_of(row, PARIS, now)


class TestUsualDeparture:
    def test_is_the_next_one_by_the_clock_of_the_site(self) -> None:
        bus = Vehicle(departs=time(6, 30))
        assert usual_departure(bus, EVENING, PARIS) == datetime(2026, 5, 8, 4, 30, tzinfo=UTC)

    def test_is_today_where_the_charge_begins_before_it(self) -> None:
        bus = Vehicle(departs=time(23, 0))
        assert usual_departure(bus, EVENING, PARIS) == datetime(2026, 5, 7, 21, 0, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("evening", "morning"),
        [
            ("2026-03-28T20:00:00+00:00", "2026-03-29T04:30:00+00:00"),
            ("2026-10-24T20:00:00+00:00", "2026-10-25T05:30:00+00:00"),
        ],
    )
    def test_follows_the_change_of_the_clocks(self, evening: str, morning: str) -> None:
        bus = Vehicle(departs=time(6, 30))
        found = usual_departure(bus, datetime.fromisoformat(evening), PARIS)
        assert found == datetime.fromisoformat(morning)

    def test_nobody_knows_of_a_vehicle_without_one(self) -> None:
        assert usual_departure(Vehicle(), EVENING, PARIS) is None
        assert usual_departure(None, EVENING, PARIS) is None


class TestDepartureOf:
    def test_the_plan_of_the_charge_beats_the_habit_of_the_vehicle(self) -> None:
        row = charge(vehicle=Vehicle(departs=time(6, 30), needs_wh=50_000.0))
        assert known(row) == Departure(datetime(2026, 5, 8, 4, 30, tzinfo=UTC), 40_000.0)
        at = EVENING + timedelta(hours=2)
        ChargePlan(transaction=row, departs_at=at, energy_wh=25_000.0, set_at=EVENING)
        assert known(row) == Departure(at, 15_000.0)

    def test_a_plan_that_says_no_departure_leaves_the_usual_one(self) -> None:
        row = charge(vehicle=Vehicle(departs=time(6, 30), needs_wh=50_000.0))
        ChargePlan(transaction=row, priority=3, energy_wh=25_000.0, set_at=EVENING)
        assert known(row) == Departure(datetime(2026, 5, 8, 4, 30, tzinfo=UTC), 15_000.0)

    def test_a_battery_that_tells_its_state_needs_the_rest(self) -> None:
        row = charge(vehicle=Vehicle(departs=time(6, 30), needs_wh=50_000.0, battery_wh=350_000.0))
        row.soc_last_percent = 80.0
        assert known(row).needs_wh == pytest.approx(70_000.0)

    def test_a_departure_that_has_passed_counts_for_nothing(self) -> None:
        row = charge(vehicle=Vehicle(departs=time(6, 30), needs_wh=50_000.0))
        assert known(row, EVENING + timedelta(days=1)) == Departure()

    def test_more_than_was_needed_is_no_need(self) -> None:
        assert known(charge(vehicle=Vehicle(departs=time(6, 30), needs_wh=9_000.0))).needs_wh == 0.0
