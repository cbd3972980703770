from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargers.device_time import DeviceTime, trusted_time

RECEIVED = datetime(2026, 1, 10, 10, 0, 0, 123456, tzinfo=UTC)


class TestTrustedTime:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-01-10T09:59:58Z", datetime(2026, 1, 10, 9, 59, 58, tzinfo=UTC)),
            ("2026-01-10T09:59:58.123456Z", datetime(2026, 1, 10, 9, 59, 58, 123456, tzinfo=UTC)),
            ("2026-01-10T09:59:58.1234567Z", datetime(2026, 1, 10, 9, 59, 58, 123456, tzinfo=UTC)),
            ("2026-01-10T11:59:58+02", datetime(2026, 1, 10, 9, 59, 58, tzinfo=UTC)),
            ("2026-01-10T11:59:58+02:00", datetime(2026, 1, 10, 9, 59, 58, tzinfo=UTC)),
            ("2026-01-10t09:59:58z", datetime(2026, 1, 10, 9, 59, 58, tzinfo=UTC)),
            (" 2026-01-10 09:59:58Z ", datetime(2026, 1, 10, 9, 59, 58, tzinfo=UTC)),
            ("2019-05-01T00:00:00Z", datetime(2019, 5, 1, tzinfo=UTC)),
        ],
    )
    def test_a_plausible_time_is_the_devices(self, text, expected):
        assert trusted_time(text, RECEIVED) == DeviceTime(expected, trusted=True, reported=expected)

    def test_a_time_without_zone_is_utc(self):
        at = datetime(2026, 1, 10, 9, 28, 7, tzinfo=UTC)
        assert trusted_time("2026-01-10T09:28:07", RECEIVED) == DeviceTime(
            at, trusted=True, reason="no-zone", reported=at
        )

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (None, "missing-timestamp"),
            ("", "missing-timestamp"),
            ("yesterday", "malformed-timestamp"),
            ("222222-01-01T00:00:00Z", "malformed-timestamp"),
            ("0001-01-01T00:00:00+10:00", "malformed-timestamp"),
            ("1970-01-01T00:00:00.740Z", "clock-not-set"),
            ("2000-01-01T00:00:00Z", "clock-not-set"),
            ("2099-01-01T00:00:00Z", "clock-ahead"),
        ],
    )
    def test_a_time_that_cannot_be_right_gives_way_to_the_receipt(self, text, reason):
        time = trusted_time(text, RECEIVED)
        assert (time.at, time.trusted, time.reason) == (RECEIVED, False, reason)

    def test_what_the_device_said_is_kept(self):
        reported = trusted_time("2099-01-01T00:00:00Z", RECEIVED).reported
        assert reported == datetime(2099, 1, 1, tzinfo=UTC)

    @given(st.text(max_size=40))
    def test_no_text_breaks_it(self, text):
        time = trusted_time(text, RECEIVED)
        assert time.at.tzinfo is not None
        assert time.at <= RECEIVED + timedelta(days=1)

    @given(st.datetimes(min_value=datetime(2016, 1, 1), max_value=datetime(2026, 1, 10)))  # noqa: DTZ001
    def test_microseconds_survive(self, naive):
        at = naive.replace(tzinfo=UTC)
        assert trusted_time(at.isoformat(), RECEIVED).at == at
