from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sites.calendar import HORIZON, Calendar, Window, standing
from sites.ranges import DAYS
from sites.types import HolidayRule

PARIS = ZoneInfo("Europe/Paris")
Ranges = Sequence[Mapping[str, Any]]
NIGHTS: Ranges = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "20:00", "to": "06:00"}]


def paris(text: str, fold: int = 0) -> datetime:
    """A wall time in Paris as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).astimezone(UTC)


def windows(ranges: Ranges, first: str, last: str, **more: Any) -> list[Window]:
    return Calendar(PARIS, ranges, **more).windows(paris(first), paris(last))


class TestCalendar:
    def test_a_range_passes_midnight_and_belongs_to_the_day_on_which_it_begins(self) -> None:
        found = windows(NIGHTS, "2026-01-09T12:00", "2026-01-12T12:00")  # a Friday to a Monday
        assert found == [Window(paris("2026-01-09T20:00"), paris("2026-01-10T06:00"))]

    def test_ranges_that_touch_are_one_window(self) -> None:
        ranges = [
            {"days": ["mon"], "from": "20:00", "to": "24:00"},
            {"days": ["tue"], "from": "00:00", "to": "06:00"},
        ]
        found = windows(ranges, "2026-01-12T00:00", "2026-01-14T00:00")
        assert found == [Window(paris("2026-01-12T20:00"), paris("2026-01-13T06:00"))]

    def test_a_range_that_ends_when_it_begins_lasts_a_day(self) -> None:
        ranges = [{"days": ["mon"], "from": "08:00", "to": "08:00"}]
        found = windows(ranges, "2026-01-12T00:00", "2026-01-14T00:00")
        assert found == [Window(paris("2026-01-12T08:00"), paris("2026-01-13T08:00"))]

    def test_the_night_is_an_hour_shorter_when_summer_time_begins(self) -> None:
        ranges = [{"days": ["sat"], "from": "20:00", "to": "06:00"}]
        found = windows(ranges, "2026-03-28T12:00", "2026-03-29T12:00")
        assert [window.end - window.start for window in found] == [timedelta(hours=9)]

    def test_the_night_is_an_hour_longer_when_summer_time_ends(self) -> None:
        ranges = [{"days": ["sat"], "from": "20:00", "to": "06:00"}]
        found = windows(ranges, "2026-10-24T12:00", "2026-10-25T12:00")
        assert [window.end - window.start for window in found] == [timedelta(hours=11)]

    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [("02:30", "06:00", 3), ("00:00", "02:30", 2), ("02:15", "02:45", 0)],
    )
    def test_a_time_that_the_clock_skips_is_the_moment_of_the_change(
        self, start: str, end: str, hours: int
    ) -> None:
        ranges = [{"days": ["sun"], "from": start, "to": end}]
        found = windows(ranges, "2026-03-29T00:00", "2026-03-29T12:00")
        assert sum((w.end - w.start for w in found), timedelta()) == timedelta(hours=hours)

    def test_a_time_that_the_clock_repeats_begins_first_and_ends_second(self) -> None:
        ranges = [{"days": ["sun"], "from": "02:30", "to": "02:45"}]
        found = windows(ranges, "2026-10-25T00:00", "2026-10-25T12:00")
        assert found == [Window(paris("2026-10-25T02:30"), paris("2026-10-25T02:45", fold=1))]

    def test_an_exception_replaces_the_spans_of_its_day(self) -> None:
        day = date(2026, 1, 12)
        closed = windows(NIGHTS, "2026-01-12T12:00", "2026-01-13T12:00", exceptions={day: []})
        short = windows(
            NIGHTS, "2026-01-12T00:00", "2026-01-13T12:00", exceptions={day: [("08:00", "12:00")]}
        )
        assert closed == []
        assert short == [Window(paris("2026-01-12T08:00"), paris("2026-01-12T12:00"))]

    @pytest.mark.parametrize(
        ("rule", "hours"),
        [
            (HolidayRule.USUAL, 10),
            (HolidayRule.SUNDAY, 0),
            (HolidayRule.ACTIVE, 24),
            (HolidayRule.INACTIVE, 0),
        ],
    )
    def test_a_holiday_does_what_the_group_says(self, rule: HolidayRule, hours: int) -> None:
        day = date(2026, 7, 14)  # a Tuesday
        ranges = [{"days": ["tue"], "from": "08:00", "to": "18:00"}]
        found = windows(
            ranges, "2026-07-14T00:00", "2026-07-15T00:00", holidays={day: "fête"}, on_holidays=rule
        )
        assert sum((w.end - w.start for w in found), timedelta()) == timedelta(hours=hours)

    @settings(derandomize=True, max_examples=150)
    @given(
        ranges=st.lists(
            st.fixed_dictionaries(
                {
                    "days": st.lists(st.sampled_from(DAYS), min_size=1, max_size=7),
                    "from": st.times().map(lambda t: t.strftime("%H:%M")),
                    "to": st.one_of(st.just("24:00"), st.times().map(lambda t: t.strftime("%H:%M"))),
                }
            ),
            max_size=6,
        ),
        at=st.integers(0, 226 * 24 * 60).map(lambda n: paris("2026-03-20T00:00") + timedelta(minutes=n)),
    )
    def test_windows_are_apart_and_agree_with_how_things_stand(self, ranges: Ranges, at: datetime) -> None:
        found = Calendar(PARIS, ranges).windows(at - HORIZON, at + HORIZON)
        assert all(a.end < b.start for a, b in pairwise(found))
        how = standing(found, at)
        assert how.active == any(w.start <= at < w.end for w in found)
        if how.until is not None:
            before = standing(found, how.until - timedelta(microseconds=1))
            assert before.active == how.active != standing(found, how.until).active


class TestStanding:
    def test_says_when_it_ends(self) -> None:
        at = paris("2026-01-12T23:00")
        found = Calendar(PARIS, NIGHTS).windows(at - HORIZON, at + HORIZON)
        assert standing(found, at).until == paris("2026-01-13T06:00")

    def test_says_when_it_ended_and_begins_again(self) -> None:
        at = paris("2026-01-10T12:00")
        how = standing(Calendar(PARIS, NIGHTS).windows(at - HORIZON, at + HORIZON), at)
        assert (how.active, how.ended_at, how.until) == (
            False,
            paris("2026-01-10T06:00"),
            paris("2026-01-12T20:00"),
        )

    def test_always_active_has_no_end(self) -> None:
        at = paris("2026-01-10T12:00")
        ranges = [{"days": list(DAYS), "from": "00:00", "to": "24:00"}]
        how = standing(Calendar(PARIS, ranges).windows(at - HORIZON, at + HORIZON), at)
        assert (how.active, how.until) == (True, None)
