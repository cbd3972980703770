"""Reads the limits that connectors had, as steps over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from chargers.models import Evse
from charging.models import LimitChange
from charging.types import LimitKind
from evkit.console.selectors.overview import in_watts

Step = tuple[float, float | None]
"""From when on (epoch seconds), which limit in W; None: no limit."""


@dataclass(frozen=True, slots=True)
class LimitSteps:
    """A limit over time; before its first step nothing is known."""

    steps: Sequence[Step]

    def at(self, moment: float) -> float | None:
        """Return the limit in W at a moment (epoch seconds)."""
        place = bisect_right(self.steps, moment, key=itemgetter(0))
        return self.steps[place - 1][1] if place else None

    def changes_within(self, start: float, end: float) -> list[float]:
        """Return the times of the changes inside a period."""
        return [at for at, _limit in self.steps if start < at < end]


def limit_steps(
    evse: Evse, kind: LimitKind, since: datetime, until: datetime, voltage_v: float
) -> LimitSteps:
    """Return the limit of a connector in a period, with the change in force at its start."""
    rows = LimitChange.objects.filter(evse=evse, kind=kind)
    before = rows.filter(at__lte=since).order_by("-at", "-pk")[:1]
    within = rows.filter(at__gt=since, at__lte=until).order_by("at", "pk")
    return LimitSteps(
        [
            (row.at.timestamp(), in_watts(row.power_w, row.current_a, evse, voltage_v))
            for row in (*before, *within)
        ]
    )
