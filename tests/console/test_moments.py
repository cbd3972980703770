from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from evkit.console.moments import clock_text, common_day, moment_text

TURN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
"""When clocks in Paris go from 03:00 back to 02:00."""
SPRING = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
"""When they go from 02:00 on to 03:00."""
DAY = date(2026, 10, 25)


@pytest.fixture(autouse=True)
def paris() -> Iterator[None]:
    with timezone.override("Europe/Paris"):
        yield


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class TestMomentText:
    @pytest.mark.parametrize(
        ("moment", "text"),
        [
            (TURN - minutes(61), "25 Oct. 2026 01:59:00"),
            (TURN - minutes(30), "25 Oct. 2026 02:30:00 (UTC+2)"),
            (TURN + minutes(30), "25 Oct. 2026 02:30:00 (UTC+1)"),
            (TURN + minutes(60), "25 Oct. 2026 03:00:00"),
            (SPRING - minutes(1), "29 March 2026 01:59:00"),
            (SPRING, "29 March 2026 03:00:00"),
        ],
    )
    def test_tells_apart_what_the_clock_shows_twice(self, moment: datetime, text: str) -> None:
        assert moment_text(moment) == text

    def test_in_french(self) -> None:
        with translation.override("fr"):
            assert moment_text(TURN + minutes(30)) == "25 oct. 2026 02:30:00 (UTC+1)"

    def test_of_a_zone_with_half_hours_and_of_one_in_the_west(self) -> None:
        with timezone.override("Australia/Adelaide"):
            assert moment_text(datetime(2026, 4, 4, 16, 45, tzinfo=UTC)) == "5 April 2026 02:15:00 (UTC+9:30)"
        with timezone.override("America/New_York"):
            assert moment_text(datetime(2026, 11, 1, 5, 30, tzinfo=UTC)) == "1 Nov. 2026 01:30:00 (UTC-4)"


class TestClockText:
    def test_names_the_day_only_where_it_is_another(self) -> None:
        assert clock_text(TURN, DAY) == "02:00:00 (UTC+1)"
        assert clock_text(TURN + timedelta(hours=23), DAY) == "26 Oct. 01:00:00"
        assert clock_text(TURN + timedelta(hours=2), None) == "25 Oct. 04:00:00"


class TestCommonDay:
    def test_is_that_of_the_clock(self) -> None:
        first, last = TURN - timedelta(hours=3), TURN + timedelta(hours=22) - minutes(1)
        assert common_day([first, last]) == DAY
        assert common_day([first, last + minutes(1)]) is None
        assert common_day([]) is None
