"""Which limit a charging profile sets at a given moment (OCPP 1.6 §3.13, §7.13).

Profiles are the `csChargingProfiles` of SetChargingProfile.req, as plain JSON types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from chargers.ocpp.times import parse_time
from evkit.core.units import LimitUnit

_RECURRENCE: Final = {"Daily": timedelta(days=1), "Weekly": timedelta(days=7)}

Profile = Mapping[str, Any]


def limit_in_force(profile: Profile, at: datetime) -> tuple[float | None, float | None]:
    """Return the limit in W and in A that `profile` sets at `at`; (None, None) if it sets none."""
    schedule = profile.get("chargingSchedule") or {}
    offset_s = _offset_s(profile, schedule, at)
    duration = schedule.get("duration")
    if offset_s < 0 or (duration is not None and offset_s >= duration):
        return None, None
    limit = _limit_at(schedule.get("chargingSchedulePeriod") or (), offset_s)
    if schedule.get("chargingRateUnit") == LimitUnit.AMPERE:
        return None, limit
    return limit, None


def _limit_at(periods: Sequence[Profile], offset_s: float) -> float | None:
    limit = None
    for period in sorted(periods, key=lambda period: period.get("startPeriod", 0)):
        if period.get("startPeriod", 0) <= offset_s:
            limit = float(period["limit"])
    return limit


def _offset_s(profile: Profile, schedule: Profile, at: datetime) -> float:
    """Return how far into the schedule `at` is, in s; a relative one begins now."""
    start = parse_time(schedule.get("startSchedule"))
    if start is None or profile.get("chargingProfileKind") == "Relative":
        return 0.0
    offset = at - start
    every = _RECURRENCE.get(str(profile.get("recurrencyKind")))
    if profile.get("chargingProfileKind") == "Recurring" and every is not None:
        offset %= every
    return offset.total_seconds()
