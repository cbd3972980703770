from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

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


class TestExceptions:
    """Thursday 24 to Friday 25 December 2026, Wednesday 11 November 2026."""

    CHRISTMAS: ClassVar = {"first_day": "2026-12-24", "last_day": "2026-12-25"}

    def evening_of(self, month: int, day: int, **settings: Any) -> float | None:
        depot = site({**level(80_000, EVENING), **settings}, holiday_region="FR")
        return limit_w_at(depot, utc(2026, month, day, 16, 30))

    def test_on_its_days_other_hours_count_or_none(self) -> None:
        assert self.evening_of(12, 24) == 80_000
        assert self.evening_of(12, 24, exceptions=[self.CHRISTMAS]) == 200_000
        assert self.evening_of(12, 25, exceptions=[self.CHRISTMAS]) == 200_000
        assert self.evening_of(12, 28, exceptions=[self.CHRISTMAS]) == 80_000
        fair = {"first_day": "2026-11-14", "hours": [{"from": "17:00", "to": "18:00"}], "note": "fair"}
        assert self.evening_of(11, 14) == 200_000
        assert self.evening_of(11, 14, exceptions=[fair]) == 80_000

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [("usual", 80_000), ("sunday", 200_000), ("inactive", 200_000), ("active", 80_000)],
    )
    def test_a_public_holiday_follows_its_rule(self, rule: str, expected: float) -> None:
        assert self.evening_of(11, 11, on_holidays=rule) == expected
        assert self.evening_of(11, 12, on_holidays=rule) == 80_000

    def test_an_exception_comes_before_a_holiday(self) -> None:
        armistice = {"first_day": "2026-11-11", "hours": [{"from": "08:00", "to": "20:00"}]}
        assert self.evening_of(11, 11, on_holidays="inactive", exceptions=[armistice]) == 80_000

    def test_of_two_the_later_one_counts(self) -> None:
        day = {"first_day": "2026-12-24", "hours": [{"from": "00:00", "to": "24:00"}]}
        assert self.evening_of(12, 24, exceptions=[self.CHRISTMAS, day]) == 80_000


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
            [{**level(1, EVENING), "on_holidays": "never"}],
            [{**level(1, EVENING), "exceptions": {}}],
            [{**level(1, EVENING), "exceptions": [{}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "24.12.2026"}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": 20261224}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "last_day": "2026-12-23"}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "last_day": "2028-12-23"}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "hours": ["8-12"]}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "hours": [{"from": "8:00"}]}]}],
            [
                {
                    **level(1, EVENING),
                    "exceptions": [{"first_day": "2026-12-24", "hours": [{"from": "25:00", "to": "26:00"}]}],
                }
            ],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "note": 5}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24", "color": "red"}]}],
            [{**level(1, EVENING), "exceptions": [{"first_day": "2026-12-24"}] * 201}],
        ],
    )
    def test_what_is_no_schedule_is_refused(self, wrong) -> None:
        with pytest.raises(ValidationError):
            check_limit_schedule(wrong)

    def test_levels_with_ranges_are_kept(self) -> None:
        check_limit_schedule([level(1, EVENING, NIGHT), level(0.5, unit="A")])


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 2.0), ("2026-10-25", 4.0), ("2026-10-26", 3.0)])
def test_an_exception_of_a_day_on_which_clocks_are_turned_keeps_the_wall_time(day: str, hours: float) -> None:
    zone = ZoneInfo("Europe/Paris")
    night = {"first_day": day, "last_day": day, "hours": [{"from": "01:00", "to": "04:00"}]}
    depot = site({**level(50.0), "exceptions": [night]}, limit_value=100.0)
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    (_, usual), (begins, night_w), (ends, after) = limit_steps(depot, midnight, midnight.replace(hour=12))
    assert (usual, night_w, after) == (100.0, 50.0, 100.0)
    assert [begins.astimezone(zone).hour, ends.astimezone(zone).hour] == [1, 4]
    assert (ends.astimezone(UTC) - begins.astimezone(UTC)).total_seconds() == hours * 3600
