"""One connector as smart charging knows it: what may rule it now, whether it obeys, what is of use to it.

Pure. Settings are in the connector's own unit: W of its output for DC, A per phase for AC.

The *envelope* of a connector is the largest setting that may rule it at this moment: what it confirmed, what
is on its way to it, what ruled until it had time to obey, or all of its hardware where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from charging.smart.network import Load
from charging.smart.rules import Rule

LATENCY_S: Final = 30.0
"""So long a connector may take to obey, unless it is measured at or below its limit before."""

UNUSED_AFTER_S: Final = 60.0
"""So long a vehicle may take to use what it is offered."""

USES_ALL: Final = 0.92
"""A vehicle that takes this part of what it is offered could use more."""

OBEDIENCE: Final = 1.05
"""A connector measured above its limit by more than this part does not obey."""


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector as it is known now.

    Attributes:
        load: where it hangs and how it draws.
        hardware: the most it can take.
        minimum: the least it charges with; below that it is 0.
        step: between two settings.
        charging: a transaction is open.
        barred: no power may flow to it: a schedule, or somebody who holds it.
        reachable: connected and booted, so that it can be told.
        confirmed: the setting that it accepted last for this transaction, None if none is known.
        confirmed_ago_s: since when it rules.
        before: what ruled before that, None if nothing did.
        in_flight: settings sent to it and not answered yet, the latest last.
        doubtful: the highest setting that was sent and never answered, None if there is none.
        cap: the most that is of use to it, if less than its hardware (see `useful`).
        default: what a new transaction begins with: its default profile; `hardware` if none is installed.
        measured: what it draws, None if unknown.
        rule, tier, weight, started, energy_wh, remaining_s: see `Wishes`.
        served_wh: energy of its transaction so far: who has the least is admitted first.
        changed_ago_s: since it was last told another setting.
    """

    load: Load
    hardware: float
    minimum: float
    step: float
    charging: bool
    barred: bool = False
    reachable: bool = True
    confirmed: float | None = None
    confirmed_ago_s: float = 0.0
    before: float | None = None
    in_flight: tuple[float, ...] = ()
    doubtful: float | None = None
    cap: float | None = None
    default: float | None = None
    measured: float | None = None
    rule: Rule = Rule.EQUAL
    tier: int = 0
    weight: float = 1.0
    started: float = 0.0
    served_wh: float = 0.0
    energy_wh: float = float("nan")
    remaining_s: float = float("nan")
    changed_ago_s: float = float("inf")

    @property
    def obeys(self) -> bool:
        """Whether it draws no more than it was told, as far as it had time to obey."""
        if self.measured is None or self.confirmed is None or self.confirmed_ago_s < LATENCY_S:
            return True
        return self.measured <= max(self.confirmed * OBEDIENCE, self.minimum * 0.2)

    @property
    def envelope(self) -> float:
        """The largest setting that may rule it now; without a transaction what it draws all the same."""
        if not self.charging:
            return max(self.measured or 0.0, 0.0)
        if self.confirmed is None:
            # A transaction runs by the default profile until it is told its own limit.
            known = self.hardware if self.default is None else self.default
        else:
            known = self.confirmed
            if self.before is not None and not self._has_settled:
                known = max(known, self.before)
        drawn = self.measured or 0.0
        return min(max(known, drawn, self.doubtful or 0.0, *self.in_flight), max(self.hardware, drawn))

    @property
    def _has_settled(self) -> bool:
        if self.confirmed_ago_s >= LATENCY_S:
            return True
        return self.measured is not None and self.confirmed is not None and self.measured <= self.confirmed


def useful(connector: Connector) -> float | None:
    """Return the most that is of use to a vehicle that takes less than it is offered, None for all of it.

    It keeps some more than it takes; as soon as it takes nearly all of that, it is offered what there is
    again. What it leaves is lent to the others. After a raise it has time to follow.
    """
    offered, taken = connector.confirmed, connector.measured
    lowered = offered is not None and connector.before is not None and offered < connector.before
    if offered is None or taken is None or (connector.changed_ago_s < UNUSED_AFTER_S and not lowered):
        return connector.cap
    if taken > offered * USES_ALL - connector.step:
        return None
    return max(taken * 1.15 + 2 * connector.step, connector.minimum)
