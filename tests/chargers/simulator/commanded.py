"""What tests of commands to a simulated charge point have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.chargers.simulator.conftest import BUS


async def charging(cp, number=1):
    await cp.plug_in(number, BUS)
    await cp.present_tag(number, BUS.id_tag)
    return await cp.started(number)


def later(seconds):
    return (datetime.now(tz=UTC) + timedelta(seconds=seconds)).isoformat()


def relative_profile(limit, unit, purpose, *, identity=7, transaction=None):
    profile = {
        "chargingProfileId": identity,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }
    if transaction is not None:
        profile["transactionId"] = transaction
    return profile
