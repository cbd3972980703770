"""The composite schedule: what all installed profiles allow over a stretch of time (§3.13.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.simulator.limits import Limit, tightest
from chargers.simulator.profile_store import ProfileStore
from chargers.simulator.profiles import RECURRENCE_S, Profile

HORIZON_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class CompositePeriod:
    """From `start_s` seconds after the start of the schedule: this limit."""

    start_s: float
    limit: Limit


def composite_schedule(
    store: ProfileStore,
    *,
    connector: int,
    start: datetime,
    duration_s: int,
    session_start: datetime,
    rated: Limit,
) -> list[CompositePeriod]:
    """Compute the limits from `start` on, merged where nothing changes.

    `rated` is what the hardware allows where no profile says less. Connector 0 stands for the
    whole charge point. The stretch is cut at seven days.
    """
    end = start + timedelta(seconds=min(duration_s, HORIZON_S))
    instants = {start}
    for profile in store:
        instants.update(_boundaries(profile, start, end, session_start))
    periods: list[CompositePeriod] = []
    for instant in sorted(instants):
        limit = limit_at(store, connector, instant, session_start, rated)
        if not periods or periods[-1].limit != limit:
            periods.append(CompositePeriod((instant - start).total_seconds(), limit))
    return periods


def limit_at(
    store: ProfileStore, connector: int, at: datetime, session_start: datetime, rated: Limit
) -> Limit:
    """Return the lowest of hardware, charge point and connector limits at an instant."""
    station = store.station_limit(at, session_start)
    own = None
    if connector > 0:
        own = store.connector_limit(connector, at, session_start, rated.phases)
    return tightest(own, station, rated) or rated


def _boundaries(
    profile: Profile, start: datetime, end: datetime, session_start: datetime
) -> Iterator[datetime]:
    candidates = [bound for bound in (profile.valid_from, profile.valid_to) if bound is not None]
    for origin in _origins(profile, start, end, session_start):
        candidates.append(origin)
        candidates.extend(origin + timedelta(seconds=p.start_s) for p in profile.periods)
        if profile.duration_s is not None:
            candidates.append(origin + timedelta(seconds=profile.duration_s))
    return (instant for instant in candidates if start < instant < end)


def _origins(profile: Profile, start: datetime, end: datetime, session_start: datetime) -> Iterable[datetime]:
    if profile.kind == "Relative" or profile.start is None:
        return [session_start]
    if profile.kind != "Recurring":
        return [profile.start]
    cycle = timedelta(seconds=RECURRENCE_S[profile.recurrency or "Daily"])
    skipped = max(0, (start - profile.start) // cycle)
    first = profile.start + skipped * cycle
    count = max(0, (end - first) // cycle + 1)
    return [first + index * cycle for index in range(count)]
