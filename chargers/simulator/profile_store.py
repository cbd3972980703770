"""The charging profiles installed in one charge point, and the limits that they make."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chargers.simulator.limits import Limit
from chargers.simulator.profiles import (
    MAX_PROFILE,
    TX_DEFAULT_PROFILE,
    TX_PROFILE,
    Profile,
    prevailing,
)


class ProfileStore:
    """Profiles by id; at most one per connector, purpose and stack level (OCPP 1.6 §3.13.2)."""

    def __init__(self) -> None:
        self._profiles: dict[int, Profile] = {}

    def __iter__(self) -> Iterator[Profile]:
        return iter(self._profiles.values())

    def __len__(self) -> int:
        return len(self._profiles)

    def install(self, profile: Profile) -> None:
        """Store a profile in place of those with its id or its place in the stack."""
        place = (profile.connector, profile.purpose, profile.stack_level)
        self._profiles = {
            key: kept
            for key, kept in self._profiles.items()
            if key != profile.profile_id and (kept.connector, kept.purpose, kept.stack_level) != place
        }
        self._profiles[profile.profile_id] = profile

    def clear(
        self,
        *,
        profile_id: int | None = None,
        connector: int | None = None,
        purpose: str | None = None,
        stack_level: int | None = None,
    ) -> int:
        """Remove the profiles that match all criteria given; return how many there were."""
        if profile_id is not None:
            return 0 if self._profiles.pop(profile_id, None) is None else 1
        matched = [
            profile.profile_id
            for profile in self
            if connector in {None, profile.connector}
            and purpose in {None, profile.purpose}
            and stack_level in {None, profile.stack_level}
        ]
        for key in matched:
            del self._profiles[key]
        return len(matched)

    def end_transaction(self, connector: int) -> None:
        """Drop the transaction profiles of a connector; they end with their transaction."""
        self.clear(connector=connector, purpose=TX_PROFILE)

    def connector_limit(
        self, connector: int, at: datetime, session_start: datetime, phases: int = 3
    ) -> Limit | None:
        """Limit of one connector: its transaction profile, else the default one (§3.13.1).

        A default profile of the connector replaces those of connector 0.
        """
        own = [p for p in self if p.connector == connector and p.purpose == TX_PROFILE]
        limit = prevailing(own, at, session_start, phases)
        if limit is not None:
            return limit
        defaults = [p for p in self if p.purpose == TX_DEFAULT_PROFILE]
        specific = [p for p in defaults if p.connector == connector]
        general = [p for p in defaults if p.connector == 0]
        return prevailing(specific or general, at, session_start, phases)

    def station_limit(self, at: datetime, session_start: datetime) -> Limit | None:
        """Limit of all connectors together."""
        own = [p for p in self if p.purpose == MAX_PROFILE]
        return prevailing(own, at, session_start, 3)
