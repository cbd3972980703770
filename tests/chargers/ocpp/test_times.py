"""Times on the wire: strict out, tolerant in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.ocpp.times import format_time, is_plausible, odd_time, parse_time

NOON = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


class TestFormatTime:
    def test_utc_with_z_and_without_fraction(self) -> None:
        assert format_time(datetime(2023, 5, 19, 5, 51, 51, 224000, tzinfo=UTC)) == "2023-05-19T05:51:51Z"

    def test_other_zones_are_converted(self) -> None:
        moment = datetime(2023, 5, 19, 5, 51, 51, tzinfo=timezone(timedelta(hours=2)))

        assert format_time(moment) == "2023-05-19T03:51:51Z"

    def test_a_time_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            format_time(NOON.replace(tzinfo=None))

    @given(st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001 - a bound
    def test_it_is_read_back_to_the_second(self, moment: datetime) -> None:
        assert parse_time(format_time(moment)) == moment.replace(microsecond=0)


class TestParseTime:
    @pytest.mark.parametrize(
        "text",
        [
            "2025-03-01T12:00:00Z",
            "2025-03-01T12:00:00.000Z",
            "2025-03-01T12:00:00.000000000Z",
            "2025-03-01T12:00:00",
            "2025-03-01T14:00:00+02",
            "2025-03-01T14:00:00+0200",
            "2025-03-01T14:00:00+02:00",
            "2025-03-01 12:00:00",
            "2025-03-01t12:00:00z",
            " 2025-03-01T12:00:00Z ",
            "2025-03-01T12:00Z",
            "20250301T120000Z",
            "1740830400",
            "1740830400000",
        ],
    )
    def test_many_notations_mean_the_same(self, text: str) -> None:
        assert parse_time(text) == NOON

    @pytest.mark.parametrize(
        "text",
        [None, "", "now", "222222-01-01T00:00:00Z", "2025-02-30T00:00:00Z", "0001-01-01T00:00:00+10:00"],
    )
    def test_nonsense_is_none(self, text: str | None) -> None:
        assert parse_time(text) is None

    @given(st.text())
    def test_no_text_raises(self, text: str) -> None:
        parse_time(text)


class TestIsPlausible:
    @pytest.mark.parametrize(
        ("year", "plausible"), [(1970, False), (2000, True), (2099, True), (2100, False)]
    )
    def test_years_from_2000_to_2099(self, year: int, plausible: bool) -> None:
        assert is_plausible(NOON.replace(year=year)) is plausible


class TestOddTime:
    @pytest.mark.parametrize(
        "text",
        [
            "2025-03-01T12:00:00Z",
            "2025-03-01T12:00:00.123Z",
            "2025-03-01T12:00:00+01:00",
            "2025-12-31T23:59:59-05:30",
        ],
    )
    def test_the_usual_notations_are_not_odd(self, text: str) -> None:
        assert odd_time(text) is None

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("2023-10-19T15:28:07", "timestamp-without-zone"),
            ("2023-10-19", "timestamp-without-zone"),
            ("1970-01-01T00:00:00.740Z", "implausible-timestamp"),
            ("2106-02-07T06:28:15Z", "implausible-timestamp"),
            ("222222-01-01T00:00:00Z", "unreadable-timestamp"),
            ("yesterday", "unreadable-timestamp"),
            ("1740830400", "unix-timestamp"),
            ("2025-03-01 12:00:00Z", "unusual-timestamp"),
            ("2025-03-01T12:00:00+02", "unusual-timestamp"),
        ],
    )
    def test_everything_else_has_a_code(self, text: str, code: str) -> None:
        odd = odd_time(text)

        assert odd is not None
        assert odd[0] == code

    @given(st.text())
    def test_no_text_raises(self, text: str) -> None:
        odd_time(text)
