"""Power limits: one value, how fast a charge point obeys it, and how connectors share one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from chargers.simulator.spec import NOMINAL_VOLTAGE_V


@dataclass(frozen=True, slots=True)
class Limit:
    """Power allowed in W and the number of AC phases over which it is spread."""

    power_w: float
    phases: int = 3

    @property
    def current_a(self) -> float:
        """Current per phase that the limit stands for."""
        return self.power_w / (NOMINAL_VOLTAGE_V * self.phases)


def tightest(*limits: Limit | None) -> Limit | None:
    """Lower of the limits given; None stands for no limit."""
    present = [limit for limit in limits if limit is not None]
    return min(present, key=lambda limit: limit.power_w, default=None)


class LimitWindow:
    """Limits of the last `delay_s` seconds: what a charge point with that reaction time may use.

    The highest limit in force at any instant of the window may still be used; so a raised limit
    counts at once and a lowered one when the delay has passed.
    """

    __slots__ = ("_changes", "_delay_s")

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._changes: deque[tuple[float, Limit]] = deque()

    def push(self, at_s: float, limit: Limit) -> None:
        """Record the limit in force from `at_s` on (seconds that never go back)."""
        if not self._changes or self._changes[-1][1] != limit:
            self._changes.append((at_s, limit))

    def allowed(self, at_s: float) -> Limit | None:
        """Return the limit that counts at `at_s`, None when none was ever recorded."""
        while len(self._changes) > 1 and self._changes[1][0] <= at_s - self._delay_s:
            self._changes.popleft()
        return max((limit for _, limit in self._changes), key=lambda x: x.power_w, default=None)

    def reset(self) -> None:
        """Forget everything (a new session has no past)."""
        self._changes.clear()


def share(total_w: float, wanted_w: Sequence[float]) -> list[float]:
    """Divide `total_w` among consumers fairly: nobody gets more than wanted.

    What a modest consumer leaves goes to the others (max-min fairness).
    """
    granted = [0.0] * len(wanted_w)
    left = max(total_w, 0.0)
    waiting = sorted(range(len(wanted_w)), key=lambda index: wanted_w[index])
    for position, index in enumerate(waiting):
        part = min(wanted_w[index], left / (len(waiting) - position))
        granted[index] = part
        left -= part
    return granted
