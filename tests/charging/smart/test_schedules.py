from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from charging.smart.schedules import limit_in_force

START = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def profile(kind="Absolute", *, unit="W", start=START, duration=None, recurrency=None):
    schedule = {
        "chargingRateUnit": unit,
        "startSchedule": start.isoformat() if start else None,
        "duration": duration,
        "chargingSchedulePeriod": [
            {"startPeriod": 3600, "limit": 7000},
            {"startPeriod": 0, "limit": 22_000.5},
        ],
    }
    return {"chargingProfileKind": kind, "recurrencyKind": recurrency, "chargingSchedule": schedule}


class TestLimitInForce:
    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (timedelta(seconds=-1), None),
            (timedelta(0), 22_000.5),
            (timedelta(minutes=59), 22_000.5),
            (timedelta(hours=1), 7000.0),
            (timedelta(days=30), 7000.0),
        ],
    )
    def test_the_period_of_the_moment_counts(self, after, expected):
        assert limit_in_force(profile(), START + after) == (expected, None)

    def test_amperes_are_amperes(self):
        assert limit_in_force(profile(unit="A"), START) == (None, 22_000.5)

    def test_after_its_duration_it_limits_nothing(self):
        assert limit_in_force(profile(duration=60), START + timedelta(seconds=60)) == (None, None)

    @pytest.mark.parametrize(("recurrency", "days"), [("Daily", 5), ("Weekly", 21)])
    def test_a_recurring_one_begins_again(self, recurrency, days):
        each = profile("Recurring", recurrency=recurrency)
        assert limit_in_force(each, START + timedelta(days=days, minutes=5)) == (22_000.5, None)
        assert limit_in_force(each, START + timedelta(days=days, hours=2)) == (7000.0, None)

    @pytest.mark.parametrize("each", [profile("Relative"), profile(start=None)])
    def test_a_relative_one_begins_now(self, each):
        assert limit_in_force(each, START + timedelta(hours=5)) == (22_000.5, None)

    @pytest.mark.parametrize("each", [{}, {"chargingSchedule": {}}])
    def test_nothing_said_limits_nothing(self, each):
        assert limit_in_force(each, START) == (None, None)
