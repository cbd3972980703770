"""Adding up connectors that report at different times: pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

BUCKET_S: Final = 60
CARRY_S: Final = 300

Place = tuple[int, int]
"""A charge point's id and the number of its connector (0: its main meter)."""


@dataclass(frozen=True, slots=True)
class Breaks:
    """Where values stop to hold: minutes, in order, past which none is carried.

    `ends` are of charges of a connector, `cuts` of connections of a charge point. `parts` says which share
    (0 to 1) of a minute a connector charged, where a charge began or ended in it.
    """

    ends: Mapping[Place, Sequence[int]] = field(default_factory=dict)
    parts: Mapping[Place, Mapping[int, float]] = field(default_factory=dict)
    cuts: Mapping[int, Sequence[int]] = field(default_factory=dict)

    def after(self, place: Place, bucket: int, until: int) -> int:
        """Return the first minute in which a value of `bucket` does not hold any more, at most `until`."""
        for minutes in (self.ends.get(place, ()), self.cuts.get(place[0], ())):
            at = bisect_left(minutes, bucket)
            if at < len(minutes):
                until = min(until, minutes[at] + 1)
        return until


NO_BREAKS: Final = Breaks()


def carried(
    rows: Iterable[tuple[int, int, int, float]], end: int, breaks: Breaks = NO_BREAKS
) -> dict[int, float]:
    """Add up the connectors per bucket, carrying each value on until the next is overdue.

    Overdue is twice the connector's usual distance of samples, at most five minutes, and where its charge
    ended or its charge point was cut off.
    """
    total: dict[int, float] = defaultdict(float)
    for powers in carried_each(rows, end, breaks).values():
        for bucket, mean in powers.items():
            total[bucket] += mean
    return dict(total)


def carried_each(
    rows: Iterable[tuple[int, int, int, float]], end: int, breaks: Breaks = NO_BREAKS
) -> dict[Place, dict[int, float]]:
    """Return the power of every connector (charge point, number) per bucket, carried on like `carried`."""
    series: dict[Place, list[tuple[int, float]]] = defaultdict(list)
    for point, connector, bucket, mean in rows:
        series[point, connector].append((bucket, mean))
    return {place: _filled(place, values, end, breaks) for place, values in series.items()}


def _filled(place: Place, values: Sequence[tuple[int, float]], end: int, breaks: Breaks) -> dict[int, float]:
    following = [bucket for bucket, _mean in values[1:]] + [end + 1]
    reach = _reach([bucket for bucket, _mean in values])
    parts = breaks.parts.get(place, {})
    return {
        filled: mean * parts.get(filled, 1.0)
        for (bucket, mean), until in zip(values, following, strict=True)
        for filled in range(bucket, breaks.after(place, bucket, min(until, bucket + reach, end + 1)))
    }


def _reach(buckets: list[int]) -> int:
    """Return for how many buckets a value holds."""
    steps = sorted(later - earlier for earlier, later in pairwise(buckets))
    usual = steps[len(steps) // 2] if steps else CARRY_S // BUCKET_S
    return min(2 * usual, CARRY_S // BUCKET_S)
