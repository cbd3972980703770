from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from sites.ranges import DAYS, check_ranges
from sites.week import format_hours, parse_hours, ranges_of, week_of

WORKDAYS = list(DAYS[:5])
NIGHTS = [{"days": WORKDAYS, "from": "20:00", "to": "06:00"}]
TIMES = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
SPANS = st.tuples(TIMES, TIMES | st.just("24:00"))


class TestHours:
    @pytest.mark.parametrize(
        ("text", "spans"),
        [
            ("", []),
            ("20:00-06:00", [("20:00", "06:00")]),
            ("8-12, 14h30–18h", [("08:00", "12:00"), ("14:30", "18:00")]),
            ("8h à 12h; 20.00 to 24:00", [("08:00", "12:00"), ("20:00", "24:00")]),
        ],
    )
    def test_are_read_as_people_write_them(self, text: str, spans: list[tuple[str, str]]) -> None:
        assert parse_hours(text) == spans

    @pytest.mark.parametrize(
        "text", ["8", "8-25", "24-25", "8:70-9", "lundi", "08:00-12:00-14:00", "24:00-06:00"]
    )
    def test_what_is_no_time_is_refused_and_named(self, text: str) -> None:
        with pytest.raises(ValidationError, match=text):
            parse_hours(text)

    @settings(derandomize=True)
    @given(st.lists(SPANS, max_size=5))
    def test_what_is_written_is_read_back(self, spans: list[tuple[str, str]]) -> None:
        assert parse_hours(format_hours(spans)) == sorted(spans)


class TestWeek:
    def test_a_range_of_several_days_stays_one(self) -> None:
        assert ranges_of(week_of(NIGHTS)) == NIGHTS

    def test_evening_and_morning_become_a_night(self) -> None:
        days = {day: [("20:00", "24:00")] for day in WORKDAYS}
        mornings = {day: [("00:00", "06:00")] for day in DAYS[1:6]}
        both = {day: [*days.get(day, []), *mornings.get(day, [])] for day in DAYS}
        assert ranges_of(both) == NIGHTS

    def test_a_whole_day_is_not_a_night(self) -> None:
        week = {"mon": [("00:00", "24:00")], "tue": [("00:00", "06:00")]}
        assert ranges_of(week) == [
            {"days": ["tue"], "from": "00:00", "to": "06:00"},
            {"days": ["mon"], "from": "00:00", "to": "24:00"},
        ]

    @settings(derandomize=True)
    @given(st.dictionaries(st.sampled_from(DAYS), st.lists(SPANS, max_size=3)))
    def test_ranges_are_valid_and_settle(self, week: dict[str, list[tuple[str, str]]]) -> None:
        ranges = ranges_of(week)
        check_ranges(ranges)
        assert ranges_of(week_of(ranges)) == ranges
