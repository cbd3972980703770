"""Reading a charging profile from the wire and writing a composite schedule to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chargers.simulator.clock import format_time, parse_time
from chargers.simulator.composite import CompositePeriod
from chargers.simulator.profiles import Period, Profile


class ProfileRefusedError(Exception):
    """The profile breaks a rule of OCPP 1.6 §3.13 or exceeds what is supported."""


def read_profile(connector: int, data: Mapping[str, Any]) -> Profile:
    """Build a profile from `csChargingProfiles` or `chargingProfile`.

    Raises:
        ProfileRefusedError: when the periods or the recurrence make no sense.
        KeyError: when a required field is missing.
    """
    schedule = data["chargingSchedule"]
    profile = Profile(
        profile_id=data["chargingProfileId"],
        connector=connector,
        stack_level=data["stackLevel"],
        purpose=data["chargingProfilePurpose"],
        kind=data["chargingProfileKind"],
        recurrency=data.get("recurrencyKind"),
        valid_from=_time(data.get("validFrom")),
        valid_to=_time(data.get("validTo")),
        transaction_id=data.get("transactionId"),
        duration_s=schedule.get("duration"),
        start=_time(schedule.get("startSchedule")),
        unit=schedule["chargingRateUnit"],
        periods=tuple(
            Period(item["startPeriod"], float(item["limit"]), item.get("numberPhases"))
            for item in schedule["chargingSchedulePeriod"]
        ),
    )
    _check(profile)
    return profile


def write_schedule(
    periods: Sequence[CompositePeriod], *, start: datetime, duration_s: int, unit: str
) -> dict[str, Any]:
    """Return the ChargingSchedule of GetCompositeSchedule.conf in W or A (§7.13)."""
    return {
        "duration": duration_s,
        "startSchedule": format_time(start),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {
                "startPeriod": int(period.start_s),
                "limit": round(period.limit.power_w if unit == "W" else period.limit.current_a, 1),
                "numberPhases": period.limit.phases,
            }
            for period in periods
        ],
    }


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)


def _check(profile: Profile) -> None:
    starts = [period.start_s for period in profile.periods]
    if not starts or starts[0] != 0:
        raise ProfileRefusedError("the first period must start at 0")
    if starts != sorted(set(starts)):
        raise ProfileRefusedError("periods must follow one another")
    if any(period.limit < 0 for period in profile.periods):
        raise ProfileRefusedError("a limit cannot be negative")
    if profile.kind == "Recurring" and (profile.recurrency is None or profile.start is None):
        raise ProfileRefusedError("a recurring profile needs recurrencyKind and startSchedule")
