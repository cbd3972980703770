from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sites.limits import SiteLimits, check_limit_schedule, limit_steps, limit_w_at, limits_within
from sites.models import Site

EVENING = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "17:00", "to": "20:00"}
NIGHT = {"days": ["sat"], "from": "22:00", "to": "04:00"}


def level(value: float, *ranges: Any, unit: str = "W") -> dict[str, Any]:
    return {"value": value, "unit": unit, "ranges": list(ranges)}


def site(*levels: dict[str, Any], **fields: Any) -> Site:
    values = {"limit_value": 200_000.0, "limit_unit": "W", "timezone": "Europe/Paris"}
    return Site(limit_schedule=list(levels), **{**values, **fields})


def utc(year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


class TestLimitsWithin:
    def test_the_strictest_of_all_that_hold_counts(self) -> None:
        depot = site(level(120_000, EVENING), level(80_000, EVENING), level(300_000, EVENING))
        monday = utc(2026, 1, 12, 16, 30)
        assert limit_w_at(depot, monday) == 80_000
        assert limit_w_at(depot, monday + timedelta(hours=4)) == 200_000
        assert limit_w_at(depot, monday + timedelta(days=5)) == 200_000

    def test_power_and_current_are_two_limits(self) -> None:
        depot = site(level(100.0, EVENING, unit="A"))
        monday = utc(2026, 1, 12, 16, 30)
        assert limits_within(depot, monday, monday + timedelta(minutes=1)) == SiteLimits(200_000, 100)
        assert limit_w_at(depot, monday) == pytest.approx(100 * 230 * 3)

    def test_a_limit_that_begins_within_the_time_counts_already(self) -> None:
        depot = site(level(80_000, EVENING))
        before = utc(2026, 1, 12, 15, 59, 30)
        assert limits_within(depot, before, before + timedelta(minutes=1)).power_w == 80_000
        assert limit_w_at(depot, before) == 200_000

    def test_without_a_fixed_limit_only_the_weekly_ones_hold(self) -> None:
        depot = site(level(80_000, EVENING), limit_value=None)
        assert limit_w_at(depot, utc(2026, 1, 12, 16, 30)) == 80_000
        assert limit_w_at(depot, utc(2026, 1, 12, 12, 0)) is None


class TestLimitSteps:
    def test_the_coming_hours_in_steps(self) -> None:
        depot = site(level(80_000, EVENING))
        noon = utc(2026, 1, 12, 11, 0)
        assert limit_steps(depot, noon, noon + timedelta(hours=12)) == [
            (noon, 200_000),
            (utc(2026, 1, 12, 16, 0), 80_000),
            (utc(2026, 1, 12, 19, 0), 200_000),
        ]

    @pytest.mark.parametrize(
        ("saturday", "hours"),
        [(utc(2026, 3, 28, 12), 5), (utc(2026, 10, 24, 12), 7), (utc(2026, 1, 10, 12), 6)],
    )
    def test_a_night_is_as_long_as_the_clock_makes_it(self, saturday, hours) -> None:
        steps = limit_steps(site(level(80_000, NIGHT)), saturday, saturday + timedelta(days=1))
        assert [value for _at, value in steps] == [200_000, 80_000, 200_000]
        assert steps[2][0] - steps[1][0] == timedelta(hours=hours)


class TestCheckLimitSchedule:
    @pytest.mark.parametrize(
        "wrong",
        [
            None,
            {},
            [{"value": 1, "unit": "W"}],
            [level(-1, EVENING)],
            [level(float("nan"), EVENING)],
            [level(True, EVENING)],
            [level(1, EVENING, unit="kW")],
            [level(1, {"days": ["mo"], "from": "17:00", "to": "20:00"})],
            [level(1, EVENING)] * 21,
        ],
    )
    def test_what_is_no_schedule_is_refused(self, wrong) -> None:
        with pytest.raises(ValidationError):
            check_limit_schedule(wrong)

    def test_levels_with_ranges_are_kept(self) -> None:
        check_limit_schedule([level(1, EVENING, NIGHT), level(0.5, unit="A")])
