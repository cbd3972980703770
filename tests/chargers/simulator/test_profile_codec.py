from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chargers.simulator.composite import CompositePeriod
from chargers.simulator.limits import Limit
from chargers.simulator.profile_codec import ProfileRefusedError, read_profile, write_schedule
from chargers.simulator.profiles import Period

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def data(periods=({"startPeriod": 0, "limit": 16},), **changes):
    return {
        "chargingProfileId": 3,
        "stackLevel": 2,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "duration": 600,
            "startSchedule": "2026-03-04T13:00:00+01:00",
            "chargingSchedulePeriod": list(periods),
        },
        **changes,
    }


class TestReadProfile:
    def test_everything_is_read(self):
        profile = read_profile(
            1,
            data(
                ({"startPeriod": 0, "limit": 16, "numberPhases": 1},),
                validFrom="2026-03-04T12:00:00Z",
                transactionId=9,
            ),
        )
        assert (profile.profile_id, profile.connector, profile.stack_level) == (3, 1, 2)
        assert (profile.start, profile.valid_from, profile.valid_to) == (NOON, NOON, None)
        assert (profile.duration_s, profile.transaction_id, profile.unit) == (600, 9, "A")
        assert profile.periods == (Period(0, 16.0, 1),)

    @pytest.mark.parametrize(
        ("wrong", "cause"),
        [
            (data(()), "must start at 0"),
            (data(({"startPeriod": 5, "limit": 1},)), "must start at 0"),
            (
                data(({"startPeriod": 0, "limit": 1}, {"startPeriod": 0, "limit": 2})),
                "follow one another",
            ),
            (data(({"startPeriod": 0, "limit": -1},)), "negative"),
            (data(chargingProfileKind="Recurring"), "recurrencyKind"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, wrong, cause):
        with pytest.raises(ProfileRefusedError, match=cause):
            read_profile(1, wrong)


class TestWriteSchedule:
    @pytest.mark.parametrize(("unit", "limit"), [("W", 6_900.0), ("A", 10.0)])
    def test_limits_are_written_in_the_unit_asked_for(self, unit, limit):
        periods = [CompositePeriod(0.0, Limit(6_900.0, 3))]
        assert write_schedule(periods, start=NOON, duration_s=60, unit=unit) == {
            "duration": 60,
            "startSchedule": "2026-03-04T12:00:00.000Z",
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit, "numberPhases": 3}],
        }
