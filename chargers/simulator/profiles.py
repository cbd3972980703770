"""Charging profiles as a charge point keeps them (OCPP 1.6 §3.13); pure, time is an argument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.simulator.limits import Limit
from chargers.simulator.spec import NOMINAL_VOLTAGE_V

MAX_PROFILE = "ChargePointMaxProfile"
TX_DEFAULT_PROFILE = "TxDefaultProfile"
TX_PROFILE = "TxProfile"
RECURRENCE_S = {"Daily": 86_400, "Weekly": 7 * 86_400}


@dataclass(frozen=True, slots=True)
class Period:
    """Part of a schedule: from `start_s` on, `limit` in the schedule's unit."""

    start_s: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One charging profile with its only schedule (OCPP 1.6 §7.8, §7.13)."""

    profile_id: int
    connector: int
    stack_level: int
    purpose: str
    kind: str
    unit: str
    periods: tuple[Period, ...]
    recurrency: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: int | None = None
    duration_s: int | None = None
    start: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the profile may be used at this instant."""
        if self.valid_from is not None and at < self.valid_from:
            return False
        return self.valid_to is None or at < self.valid_to

    def origin(self, at: datetime, session_start: datetime) -> datetime | None:
        """Return the instant from which the periods count at `at`, None before the first one.

        A relative schedule, and any without a start, counts from the start of charging.
        """
        if self.kind == "Relative" or self.start is None:
            return session_start
        if at < self.start:
            return None
        if self.kind == "Recurring":
            cycle_s = RECURRENCE_S[self.recurrency or "Daily"]
            cycles = int((at - self.start).total_seconds() // cycle_s)
            return self.start + timedelta(seconds=cycles * cycle_s)
        return self.start

    def period_at(self, at: datetime, session_start: datetime) -> Period | None:
        """Return the period in force at `at`, None when the schedule says nothing then."""
        if not self.is_valid(at):
            return None
        origin = self.origin(at, session_start)
        if origin is None:
            return None
        elapsed = (at - origin).total_seconds()
        if elapsed < 0 or (self.duration_s is not None and elapsed >= self.duration_s):
            return None
        started = [period for period in self.periods if period.start_s <= elapsed]
        return started[-1] if started else None


def as_limit(profile: Profile, period: Period, phases: int) -> Limit:
    """Convert a period into W over the phases of a connector (OCPP 1.6 §7.12)."""
    used = max(1, min(period.phases or 3, phases))
    if profile.unit == "W":
        return Limit(period.limit, used)
    return Limit(period.limit * used * NOMINAL_VOLTAGE_V, used)


def prevailing(
    profiles: Iterable[Profile], at: datetime, session_start: datetime, phases: int
) -> Limit | None:
    """Return the limit of the highest stack level that says something at `at` (§3.13.2)."""
    for profile in sorted(profiles, key=lambda item: -item.stack_level):
        period = profile.period_at(at, session_start)
        if period is not None:
            return as_limit(profile, period, phases)
    return None
