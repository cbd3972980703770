"""Water-filling: the one kernel behind every way of sharing.

Every load follows a line, x = clip(offset + slope * level, low, high), and one level rises for all of
them. Where a limit is reached, the loads below it stop; the others go on. Stopped at the first limit in
its way, each load has a max-min fair share: nobody can have more without taking it from somebody with less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charging.smart.network import Floats, Indices, Mask, Network

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """How every load follows the level: `slope` above 0, `low` <= `high`; shapes (loads,)."""

    offset: Floats
    slope: Floats
    low: Floats
    high: Floats

    def at(self, level: Floats, index: Indices) -> Floats:
        """Return the settings of the loads `index` at their `level`."""
        x = self.offset[index] + self.slope[index] * level
        clipped: Floats = np.clip(x, self.low[index], self.high[index])
        return clipped


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """What filling found: settings `x`, and for every load the limit that stopped it (-1: its own cap)."""

    x: Floats
    stopped_by: Indices


@dataclass(slots=True, eq=False)
class _Pairs:
    """The pairs that still matter, sorted by limit."""

    row: Indices
    column: Indices
    share: Floats

    def keep(self, mask: Mask) -> None:
        self.row, self.column, self.share = self.row[mask], self.column[mask], self.share[mask]


def fill(network: Network, room: Floats, lines: Lines) -> Filled:
    """Raise all loads together within `room` (what every limit leaves to them); shape (limits,).

    The lower ends of the lines must fit: a limit that they exceed holds its loads there.
    """
    x = lines.high.copy()
    stopped_by = np.full(len(x), -1, np.int64)
    left = room.copy()
    pairs = _Pairs(network.row, network.column, network.share)
    while _drop_slack(pairs, left, lines.high):
        level = _levels(pairs, left, lines)
        lowest = np.full(len(x), np.inf)
        np.minimum.at(lowest, pairs.column, level[pairs.row])
        first = np.full(len(left), np.inf)
        np.minimum.at(first, pairs.row, lowest[pairs.column])
        reached = level <= first
        mine = pairs.row[reached[pairs.row]]
        theirs = pairs.column[reached[pairs.row]]
        x[theirs] = lines.at(level[mine], theirs)
        stopped_by[theirs] = mine
        _settle(pairs, left, x, theirs)
    stopped_by[x >= lines.high] = -1
    return Filled(x, stopped_by)


def _drop_slack(pairs: _Pairs, left: Floats, high: Floats) -> bool:
    """Forget the limits that cannot bind even if all loads rise to their caps; False when none is left."""
    most = np.bincount(pairs.row, pairs.share * high[pairs.column], minlength=len(left))
    pairs.keep((most > left + TOLERANCE * (1 + np.abs(left)))[pairs.row])
    return len(pairs.row) > 0


def _settle(pairs: _Pairs, left: Floats, x: Floats, columns: Indices) -> None:
    """Take what the loads `columns` use from every limit, and leave them as they are."""
    done = np.zeros(len(x), np.bool_)
    done[columns] = True
    mask = done[pairs.column]
    left -= np.bincount(pairs.row[mask], pairs.share[mask] * x[pairs.column[mask]], minlength=len(left))
    pairs.keep(~mask)


def _levels(pairs: _Pairs, left: Floats, lines: Lines) -> Floats:
    """Return the level at which every limit is reached if only it stopped its loads; inf without pairs.

    What a limit counts is piecewise linear in the level: every load adds its slope where it leaves its
    lower end and takes it away where it reaches its cap. All limits are walked at once.
    """
    slope = lines.slope[pairs.column]
    start = (lines.low[pairs.column] - lines.offset[pairs.column]) / slope
    end = (lines.high[pairs.column] - lines.offset[pairs.column]) / slope
    gain = pairs.share * slope
    row = np.concatenate([pairs.row, pairs.row])
    at = np.concatenate([start, end])
    order = np.lexsort((at, row))
    row, at = row[order], at[order]
    rate = _running(row, np.concatenate([gain, -gain])[order])
    step = np.append(at[1:] - at[:-1], 0.0)
    step[np.append(row[1:] != row[:-1], True)] = 0.0
    floor = np.bincount(pairs.row, pairs.share * lines.low[pairs.column], minlength=len(left))
    reached = floor[row] + _running(row, rate * step)
    return _crossings(row, at + step, reached, rate, left)


def _running(row: Indices, value: Floats) -> Floats:
    """Return the running sum of `value` within every row."""
    total = np.cumsum(value)
    first = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    before = np.concatenate([[0.0], total])[first]
    running: Floats = total - np.repeat(before, np.diff(np.append(first, len(row))))
    return running


def _crossings(row: Indices, at: Floats, reached: Floats, rate: Floats, left: Floats) -> Floats:
    """Return where every row first reaches what is `left`: back from the end of the piece that passes it."""
    level = np.full(len(left), np.inf)
    beyond = np.flatnonzero(reached >= left[row] - TOLERANCE * (1 + np.abs(left[row])))
    rows, first = np.unique(row[beyond], return_index=True)
    piece = beyond[first]
    over = np.maximum(reached[piece] - left[rows], 0.0)
    level[rows] = at[piece] - np.divide(
        over, rate[piece], out=np.zeros(len(piece)), where=rate[piece] > TOLERANCE
    )
    return level
