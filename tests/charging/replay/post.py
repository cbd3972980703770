"""A charge point with one connector as it really is: what it was told, what it obeys, what it draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from tests.charging.replay.sessions import Session

VOLTAGE_V = 230.0
HARDWARE_A = 32.0
LEAST_A = 6.0


@dataclass
class Schedule:
    """The limit of a profile: `first_a` until `falls_at`, then `then_a`."""

    first_a: float
    falls_at: float = float("inf")
    then_a: float = 0.0

    def at(self, now: float) -> float:
        """Return the limit at a moment, in A."""
        return self.first_a if now < self.falls_at else self.then_a


@dataclass
class Character:
    """How a charge point behaves.

    Attributes:
        latency_s: so long after it accepted a limit it begins to obey.
        exactness: what it draws over what it may, at most.
        obeys: whether it obeys limits at all.
    """

    latency_s: float = 5.0
    exactness: float = 1.0
    obeys: bool = True


@dataclass
class Post:
    """One charge point; times in s since midnight, currents in A per phase, energy in Wh."""

    random: Random
    character: Character
    default: Schedule | None = None
    limit: Schedule | None = None
    online: bool = True
    session: Session | None = None
    number: int | None = None
    left_wh: float = 0.0
    full_a: float = HARDWARE_A
    delivered_wh: float = 0.0
    coming: list[tuple[float, str, Schedule | None]] = field(default_factory=list)

    def plug_in(self, session: Session) -> None:
        """Begin a session: it draws at once what the default profile allows."""
        self.session, self.left_wh = session, session.energy_wh
        self.full_a = self.random.choice([16.0, 32.0])
        self.limit, self.number, self.delivered_wh = None, None, 0.0

    def unplug(self) -> None:
        """End the session; its own limit goes with it (OCPP 1.6 §3.13.1)."""
        self.session = self.limit = self.number = None
        self.coming = [each for each in self.coming if each[1] != "limit"]

    def take(self, payload: Mapping[str, Any], now: float, midnight: datetime) -> bool:
        """Accept a profile, to be obeyed later; False if it is for another transaction."""
        profile = payload["csChargingProfiles"]
        place = "default" if profile["chargingProfilePurpose"] == "TxDefaultProfile" else "limit"
        if place == "limit" and (self.session is None or profile["transactionId"] != self.number):
            return False
        self.coming.append((now + self.character.latency_s, place, _schedule(profile, midnight)))
        return True

    def clear(self, profile_id: int, now: float) -> None:
        """Remove a profile by its id."""
        place = "default" if profile_id >= 930_000 else "limit"
        self.coming.append((now + self.character.latency_s, place, None))

    def reboot(self) -> None:
        """Forget the limit of the running charge; default profiles are kept."""
        self.limit = None
        for _at, place, schedule in self.coming:
            if place == "default":
                self.default = schedule
        self.coming.clear()

    def step(self, now: float) -> float:
        """Let a second pass; return what is drawn in it, in A."""
        while self.coming and self.coming[0][0] <= now:
            _at, place, schedule = self.coming.pop(0)
            setattr(self, place, schedule)
        drawn = self.draws(now)
        self.left_wh -= drawn * VOLTAGE_V / 3600
        self.delivered_wh += drawn * VOLTAGE_V / 3600
        return drawn

    def draws(self, now: float) -> float:
        """Return what is drawn now, in A."""
        if self.session is None or self.left_wh <= 0:
            return 0.0
        rest = self.left_wh / self.session.energy_wh
        wants = max(self.full_a * min(1.0, rest / 0.1), 2.0)
        ruling = self.limit or self.default
        if ruling is None or not self.character.obeys:
            return min(wants, HARDWARE_A)
        allowed = ruling.at(now) * self.character.exactness
        return min(wants, allowed) if ruling.at(now) >= LEAST_A else 0.0


def _schedule(profile: Mapping[str, Any], midnight: datetime) -> Schedule:
    schedule = profile["chargingSchedule"]
    factor = 1 / VOLTAGE_V if schedule["chargingRateUnit"] == "W" else 1.0
    first, *later = schedule["chargingSchedulePeriod"]
    if not later:
        return Schedule(first["limit"] * factor)
    begins = datetime.fromisoformat(schedule["startSchedule"])
    start = (begins - midnight).total_seconds()
    return Schedule(first["limit"] * factor, start + later[0]["startPeriod"], later[0]["limit"] * factor)
