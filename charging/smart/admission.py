"""Who is served first: exact first-come decisions for thousands of loads at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charging.smart.filling import TOLERANCE
from charging.smart.network import Floats, Indices, Mask, Network


@dataclass(frozen=True, slots=True, eq=False)
class Admission:
    """Who was admitted, and for those who were not the limit that had no room (-1 for the others)."""

    admitted: Mask
    refused_by: Indices


def admit(network: Network, room: Floats, amount: Floats, queue: Indices) -> Admission:
    """Give each load of `queue` its whole `amount` or nothing, in this order, within `room`.

    The same as asking one after the other; nobody is refused because of somebody later in the queue.
    """
    size = len(amount)
    place = np.full(size, size, np.int64)
    place[queue] = np.arange(len(queue))
    mask = place[network.column] < size
    order = np.lexsort((place[network.column[mask]], network.row[mask]))
    row, column = network.row[mask][order], network.column[mask][order]
    need = network.share[mask][order] * amount[column]
    refused_by = np.full(size, -1, np.int64)
    admitted = np.zeros(size, np.bool_)
    admitted[queue] = True
    admitted[column] = False
    open_ = np.zeros(size, np.bool_)
    open_[column] = True
    slack = TOLERANCE * (1 + np.abs(room))
    while open_.any():
        fits, hopeless = _judge(row, column, need, room + slack, admitted, open_)
        refused_by[column[hopeless]] = row[hopeless]
        refused = np.zeros(size, np.bool_)
        refused[column[hopeless]] = True
        doubtful = np.zeros(size, np.bool_)
        doubtful[column[~fits]] = True
        admitted |= open_ & ~doubtful & ~refused
        open_ &= doubtful & ~refused
    return Admission(admitted, refused_by)


def _judge(
    row: Indices, column: Indices, need: Floats, room: Floats, admitted: Mask, open_: Mask
) -> tuple[Mask, Mask]:
    """Return the pairs that fit even if all before them are admitted, and those that cannot fit any more."""
    undecided = open_[column]
    certain = np.where(admitted[column], need, 0.0)
    possible = np.where(admitted[column] | undecided, need, 0.0)
    before_certain = _before(row, certain)
    before_possible = _before(row, possible)
    fits = before_possible + need <= room[row]
    hopeless = undecided & (before_certain + need > room[row])
    return fits | ~undecided, hopeless


def _before(row: Indices, value: Floats) -> Floats:
    """Return the sum of what comes before each pair in its row."""
    total = np.cumsum(value) - value
    first = np.flatnonzero(np.append(True, row[1:] != row[:-1])) if len(row) else np.zeros(0, np.int64)
    return total - np.repeat(total[first], np.diff(np.append(first, len(row))))
