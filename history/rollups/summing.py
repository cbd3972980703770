"""What is kept of many values: pure, values in, summaries out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

Number = float | None
Sample = tuple[float, Sequence[Number]]
"""A time (epoch seconds) and the values of the columns."""


class Summary(NamedTuple):
    """What is kept of the values of one column in one stretch of time; `first` and `last` by time."""

    size: int
    low: float
    high: float
    mean: float
    first: float
    last: float


Summaries = Sequence[Summary | None]
"""By column; None where nothing was measured."""


def minutes_of(samples: Iterable[Sample]) -> dict[int, Summaries]:
    """Return the summaries of every minute (minutes since 1970) of samples in the order of time."""
    found: dict[int, Summaries] = {}
    for minute, group in groupby(samples, key=lambda sample: int(sample[0] // 60)):
        columns = zip(*(values for _at, values in group), strict=True)
        found[minute] = [_summary([value for value in column if value is not None]) for column in columns]
    return found


def longer(shorter: Mapping[int, Summaries], factor: int) -> dict[int, Summaries]:
    """Join stretches that are numbered in the order of time to ones `factor` times as long."""
    found: dict[int, Summaries] = {}
    for number, group in groupby(sorted(shorter), key=lambda each: each // factor):
        columns = zip(*(shorter[each] for each in group), strict=True)
        found[number] = [_joined([each for each in column if each is not None]) for column in columns]
    return found


def ranges_of(hours: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield stretches (first hour, hour after the last) that cover `hours` without gaps."""
    for _offset, group in groupby(enumerate(sorted(set(hours))), key=lambda pair: pair[1] - pair[0]):
        run = [hour for _place, hour in group]
        yield run[0], run[-1] + 1


def _summary(values: Sequence[float]) -> Summary | None:
    if not values:
        return None
    return Summary(len(values), min(values), max(values), sum(values) / len(values), values[0], values[-1])


def _joined(parts: Sequence[Summary]) -> Summary | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    size = sum(part.size for part in parts)
    return Summary(
        size,
        min(part.low for part in parts),
        max(part.high for part in parts),
        sum(part.mean * part.size for part in parts) / size,
        parts[0].first,
        parts[-1].last,
    )
