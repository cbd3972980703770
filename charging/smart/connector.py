"""One connector as smart charging knows it: what may rule it now, whether it obeys, what is of use to it.

Pure. Settings are in the connector's own unit: W of its output for DC, A per phase for AC.

The *envelope* of a connector is the most that it may draw at this moment: by what it confirmed, by what is
on its way to it, by what ruled until it had time to obey, or all of its hardware where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from charging.smart.network import Load
from charging.smart.rules import Rule

LATENCY_S: Final = 30.0
"""So long a connector may take to obey, until its own time is learned or it is measured to obey."""

FALL_MARGIN_S: Final = 60.0
"""So much later than its schedule says a charge point may fall to its safe share: clocks are not exact."""

UNUSED_AFTER_S: Final = 60.0
"""So long a vehicle may take to use what it is offered."""

USES_ALL: Final = 0.92
"""A vehicle that takes this part of what it is offered could use more."""

OBEDIENCE: Final = 1.05
"""A connector measured above its limit by more than this part, and half a step, does not obey."""

STANDBY: Final = 0.2
"""So much of its minimum may flow although its limit is 0: what a vehicle and its contactor need."""


def uses_all(taken: float, offered: float, step: float) -> bool:
    """Tell whether a vehicle that takes so much of what it is offered could use more."""
    return taken > offered * USES_ALL - step


def tolerated(setting: float, step: float) -> float:
    """Return up to what a connector is taken to obey: meters and charge points are not exact."""
    return max(setting * OBEDIENCE, setting + step / 2)


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector as it is known now.

    Attributes:
        load: where it hangs and how it draws.
        hardware: the most it can take.
        minimum: the least it charges with; below that it is 0.
        step: between two settings.
        charging: a transaction is open, and runs as far as is known.
        vacant: one is open all the same: its stop is missing.
        site: index of the settings of its site.
        barred: no power may flow to it: a schedule, or somebody who holds it.
        reachable: connected, so that it can be told, and tells of its charges.
        confirmed: the setting that it accepted last for this transaction, None if none is known.
        confirmed_ago_s: since when it rules.
        before: what ruled before that, None if nothing did.
        in_flight: settings sent to it and not answered yet, the latest last.
        doubtful: the highest setting that may rule instead, None if there is none: it was never answered, or
            somebody else set another limit, or the charge point was away.
        falls_in_s: until its schedule falls from `confirmed` to `falls_to` by itself.
        refresh: that is so soon that it is to be told again.
        cap: the most that is of use to it, if less than its hardware (see `useful`).
        rests: its vehicle takes nothing, as far as is known (`charging.smart.resting`).
        resumes: a charge goes on by itself after a limit of 0, as far as is known.
        lost: its charge did not go on after one (`charging.smart.resuming`).
        floor: so much it may take whatever lower limit it is told; 0 where it obeys a limit of 0.
        default: what a new transaction begins with: its default profile; `hardware` if none is installed.
        measured: what it draws at least, None if unknown.
        measured_most: the most that fits what was measured (`charging.smart.drawing`), None: `measured`.
        latency_s: so long it may take to obey.
        refuses: it accepted no limit for this charge, in whatever way it was told.
        distrusted: it drew more than it was told, and was not seen to obey since.
        overdraw: the part by which it draws more than it is told, as it was seen to.
        rule, tier, weight, started, energy_wh, remaining_s: see `Wishes`.
        served_wh: energy of its transaction so far: who has the least is admitted first.
        changed_ago_s: since it was last told another setting.
        on_for_s, off_for_s: since when it may charge, or waits for want of power; None if it does not.
    """

    load: Load
    hardware: float
    minimum: float
    step: float
    charging: bool
    vacant: bool = False
    site: int = 0
    barred: bool = False
    reachable: bool = True
    confirmed: float | None = None
    confirmed_ago_s: float = 0.0
    before: float | None = None
    in_flight: tuple[float, ...] = ()
    doubtful: float | None = None
    falls_in_s: float = float("inf")
    falls_to: float = 0.0
    refresh: bool = False
    cap: float | None = None
    rests: bool = False
    resumes: bool = True
    lost: bool = False
    floor: float = 0.0
    default: float | None = None
    measured: float | None = None
    measured_most: float | None = None
    latency_s: float = LATENCY_S
    refuses: bool = False
    distrusted: bool = False
    overdraw: float = 0.0
    rule: Rule = Rule.EQUAL
    tier: int = 0
    weight: float = 1.0
    started: float = 0.0
    served_wh: float = 0.0
    energy_wh: float = float("nan")
    remaining_s: float = float("nan")
    changed_ago_s: float = float("inf")
    on_for_s: float | None = None
    off_for_s: float | None = None

    @property
    def begins_with(self) -> float:
        """The most that a charge begins with."""
        return self.hardware if self.default is None else self.default

    @property
    def obeys(self) -> bool:
        """Whether it draws no more than it was told, as far as it had time to; without measurement: trust."""
        if self.confirmed is None:
            return not self.refuses
        if self.measured is None:
            return not self.distrusted
        setting = max(self.confirmed, self.floor)
        if self.measured <= max(tolerated(setting, self.step), self.minimum * STANDBY):
            return True
        return self.confirmed_ago_s < self.latency_s and not self.distrusted

    @property
    def has_settled(self) -> bool:
        """Whether what it confirmed rules for certain: it had time to obey, or is measured to."""
        if self.confirmed is None:
            return False
        if self.confirmed_ago_s >= self.latency_s and not self.distrusted:
            return True
        most = self.measured if self.measured_most is None else self.measured_most
        return most is not None and most <= self.confirmed * (1 + self.overdraw)

    @property
    def envelope(self) -> float:
        """The most that it may draw now.

        Without a transaction that is what it draws all the same; where the charge point is away, what a
        charge begins with: it may run without our knowing.
        """
        drawn = max(self.measured or 0.0, 0.0)
        if not self.charging:
            return drawn if self.reachable else max(drawn, self.begins_with)
        ruling = max(self._ruling, self.floor) * (1 + self.overdraw)
        return min(max(ruling, drawn), max(self.hardware, drawn))

    @property
    def excess(self) -> float:
        """What it draws beyond anything that may rule it: nobody knows yet whether it will obey."""
        if self.measured is None or not self.charging:
            return 0.0
        ruling = min(max(self._ruling, self.floor), self.hardware)
        return self.measured - ruling if self.measured > tolerated(ruling, self.step) else 0.0

    @property
    def _ruling(self) -> float:
        """The highest setting that may rule its charge."""
        return max(self._known, self.doubtful or 0.0, *self.in_flight)

    @property
    def _known(self) -> float:
        """The highest setting of those that were answered; a charge runs by its default until it is told."""
        if self.confirmed is None:
            return self.begins_with
        if self.falls_in_s < -FALL_MARGIN_S:
            return min(self.confirmed, self.falls_to)
        if self.before is None or self.has_settled:
            return self.confirmed
        return max(self.confirmed, self.before)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connector can be set to at all: `minimum`, then `step` by `step` to `hardware`."""

    hardware: float
    minimum: float
    step: float


def useful(
    limits: Limits, *, offered: float | None, taken: float | None, cap: float | None, changed_ago_s: float
) -> float | None:
    """Return the most that is of use to a vehicle that takes less than it is offered, None for all of it.

    It keeps some more than it takes; what it leaves is lent to the others. As soon as it takes nearly all of
    that, it is offered what there is again. It has time to follow what it is told; the `cap` so far changes
    only by more than a few steps, so that shares do not swing with every sample.
    """
    if offered is None or taken is None or offered < limits.minimum:
        return cap
    if uses_all(taken, offered, limits.step):
        limited_by_cap = cap is not None and offered >= cap - limits.step
        return None if limited_by_cap else cap
    enough = max(taken * 1.15 + 2 * limits.step, limits.minimum)
    if changed_ago_s < UNUSED_AFTER_S or enough >= limits.hardware:
        return cap
    return enough if cap is None or enough < cap - 2 * limits.step else cap
