"""Adding up connectors that report at different times: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

BUCKET_S: Final = 60
CARRY_S: Final = 300


def carried(rows: Iterable[tuple[int, int, int, float]], end: int) -> dict[int, float]:
    """Add up the connectors per bucket, carrying each value on until the next is overdue.

    Overdue is twice the connector's usual distance of samples, at most five minutes.
    """
    total: dict[int, float] = defaultdict(float)
    for powers in carried_each(rows, end).values():
        for bucket, mean in powers.items():
            total[bucket] += mean
    return dict(total)


def carried_each(
    rows: Iterable[tuple[int, int, int, float]], end: int
) -> dict[tuple[int, int], dict[int, float]]:
    """Return the power of every connector (charge point, number) per bucket, carried on like `carried`."""
    series: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for point, connector, bucket, mean in rows:
        series[point, connector].append((bucket, mean))
    return {place: _filled(values, end) for place, values in series.items()}


def _filled(values: Sequence[tuple[int, float]], end: int) -> dict[int, float]:
    following = [bucket for bucket, _mean in values[1:]] + [end + 1]
    reach = _reach([bucket for bucket, _mean in values])
    return {
        filled: mean
        for (bucket, mean), until in zip(values, following, strict=True)
        for filled in range(bucket, min(until, bucket + reach, end + 1))
    }


def _reach(buckets: list[int]) -> int:
    """Return for how many buckets a value holds."""
    steps = sorted(later - earlier for earlier, later in pairwise(buckets))
    usual = steps[len(steps) // 2] if steps else CARRY_S // BUCKET_S
    return min(2 * usual, CARRY_S // BUCKET_S)
