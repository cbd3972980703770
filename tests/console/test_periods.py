from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from evkit.console.periods import LONGEST, Period, address_text, local_text, read_moment, read_period

NOW = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def paris():
    with timezone.override(ZoneInfo("Europe/Paris")):
        yield


def read(query):
    return read_period(QueryDict(query), NOW, default="6h")


class TestReadPeriod:
    def test_a_preset_ends_now(self):
        assert read("period=24h") == Period(NOW - timedelta(hours=24), NOW, "24h")

    @pytest.mark.parametrize("query", ["", "period=nonsense", "from=nonsense&to=2026-13-45"])
    def test_what_cannot_be_read_is_the_default(self, query):
        assert read(query) == Period(NOW - timedelta(hours=6), NOW, "6h")

    def test_times_are_those_of_the_site(self):
        period = read("from=2026-11-16T10:00&to=2026-11-16T12:30:15")
        assert period == Period(
            datetime(2026, 11, 16, 9, 0, tzinfo=UTC), datetime(2026, 11, 16, 11, 30, 15, tzinfo=UTC)
        )

    def test_a_date_as_the_end_includes_its_day(self):
        period = read("from=2026-11-10&to=2026-11-10")
        assert period.length == timedelta(days=1)

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_is_never_empty_nor_too_long(self, start, end):
        query = QueryDict(mutable=True)
        query.update({"from": start, "to": end})
        period = read_period(query, NOW, default="6h")
        assert timedelta() < period.length <= LONGEST

    def test_turned_round_times_are_put_right(self):
        assert read("from=2026-11-16T12:00&to=2026-11-16T10:00").length > timedelta()

    def test_is_cut_to_the_last_ten_years(self):
        assert read("from=2001-01-01&to=2026-11-17T10:00").length == LONGEST


class TestReadMoment:
    @pytest.mark.parametrize("text", ["0001-01-01", "0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31"])
    def test_what_fits_into_no_other_time_zone_is_none(self, text):
        assert read_moment(text) is None
        assert read_moment(text, end=True) is None

    def test_the_hour_that_comes_twice_is_never_cut(self):
        first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
        assert read_moment("2026-10-25T02:30") == first
        assert read_moment("2026-10-25T02:30", end=True) == second
        assert read_moment("2026-10-25T02:30+02:00", end=True) == first
        assert read_moment("2026-10-25T02:30+01:00") == second

    def test_the_hour_that_does_not_come_is_never_cut(self):
        before, after = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
        assert read_moment("2026-03-29T02:30") == before
        assert read_moment("2026-03-29T02:30", end=True) == after

    @pytest.mark.parametrize(
        ("zone", "day", "hour"),
        [("America/Santiago", 6, 4), ("America/Havana", 1, 4)],
        ids=["no midnight", "two midnights"],
    )
    def test_a_day_starts_where_the_day_before_ends(self, zone, day, hour):
        month = 9 if zone == "America/Santiago" else 11
        with timezone.override(ZoneInfo(zone)):
            start = read_moment(f"2026-{month:02}-{day:02}")
            before = date(2026, month, day) - timedelta(days=1)
            assert start == read_moment(before.isoformat(), end=True)
        assert start == datetime(2026, month, day, hour, tzinfo=UTC)


class TestLocalText:
    def test_is_read_again_as_the_same_moment(self):
        assert local_text(NOW) == "2026-11-17T13:00:00"
        assert read_moment(local_text(NOW)) == NOW
        assert local_text(None) == ""


class TestAddressText:
    @given(st.integers(0, 4_000_000_000), st.booleans())
    def test_is_read_again_as_the_same_second(self, seconds, end):
        moment = datetime.fromtimestamp(seconds, UTC)
        assert read_moment(address_text(moment), end=end) == moment

    def test_tells_the_two_hours_of_the_turn_apart(self):
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert address_text(first) == "2026-10-25T02:30:00+02:00"
        assert address_text(first + timedelta(hours=1)) == "2026-10-25T02:30:00+01:00"
