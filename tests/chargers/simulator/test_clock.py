from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from chargers.simulator.clock import EPOCH, DeviceClock, format_time, parse_time

NOON = datetime(2026, 3, 4, 12, 0, 0, 999_999, tzinfo=UTC)


class TestDeviceClock:
    def test_it_follows_a_time_that_differs_much(self):
        clock = DeviceClock()
        clock.synchronise(EPOCH)
        assert abs(clock.now() - EPOCH) < timedelta(seconds=1)

    def test_it_ignores_small_differences(self):
        clock = DeviceClock()
        clock.synchronise(datetime.now(tz=UTC) - timedelta(seconds=1))
        assert clock.offset == timedelta()


class TestTimes:
    def test_times_are_written_in_utc_with_milliseconds(self):
        assert format_time(NOON) == "2026-03-04T12:00:00.999Z"
        shifted = NOON.astimezone(timezone(timedelta(hours=2)))
        assert format_time(shifted) == "2026-03-04T12:00:00.999Z"

    @pytest.mark.parametrize(
        "text", ["2026-03-04T12:00:00Z", "2026-03-04T14:00:00+02:00", "2026-03-04T12:00:00"]
    )
    def test_times_are_read_as_utc(self, text):
        assert parse_time(text) == NOON.replace(microsecond=0)

    def test_anything_else_is_an_error(self):
        with pytest.raises(ValueError, match="Invalid isoformat"):
            parse_time("soon")
