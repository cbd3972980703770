"""The charge points that `bench.growth` measures with."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from msgspec.json import encode

from bench.growth_points import POWER_W, Point
from chargers.ocpp.handling import Link
from chargers.ocpp.schema import validate_call

START = datetime(2026, 5, 4, tzinfo=UTC)


def point() -> Point:
    return Point(Link(uuid4(), 1, "B_001", 1, "1.6"), "TAG", 0, 0)


class TestPoint:
    def test_a_day_is_two_charges_of_four_hours_in_messages_that_need_no_mending(self) -> None:
        one, told = point(), Counter[str]()
        for minute in range(24 * 60):
            for action, payload in one.minute(minute, START + timedelta(minutes=minute)):
                assert validate_call("1.6", action, encode(payload)).deviations == ()
                told[action] += 1
                if action == "StartTransaction":
                    one.number = 1
        assert told == {
            "Heartbeat": 1440, "MeterValues": 480, "StatusNotification": 8, "Authorize": 2,
            "StartTransaction": 2, "StopTransaction": 2,
        }  # fmt: skip

    def test_it_draws_no_more_than_it_is_told(self) -> None:
        one = point()
        one.number = 1
        before = one.register_wh
        list(one.minute(500, START))
        free_wh = one.register_wh - before
        schedule = {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": POWER_W / 5}],
        }
        profile = {"chargingProfilePurpose": "TxProfile", "chargingSchedule": schedule}
        assert one.follow("SetChargingProfile", {"csChargingProfiles": profile}) == {"status": "Accepted"}
        before = one.register_wh
        list(one.minute(500, START))
        assert round(free_wh / (one.register_wh - before)) == 5
