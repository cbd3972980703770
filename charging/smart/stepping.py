"""Whole steps: settings are multiples of a step above a minimum, and no step that fits is left over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charging.smart.admission import admit
from charging.smart.filling import TOLERANCE
from charging.smart.network import Floats, Indices, Network


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What a load can be set to: `minimum`, then every `step` above it up to `cap`; shapes (loads,)."""

    minimum: Floats
    step: Floats
    cap: Floats


def round_down(x: Floats, steps: Steps) -> Floats:
    """Return the highest setting of every load that is not above `x`; 0 stays 0."""
    count = np.floor((x - steps.minimum) / steps.step + 1e-6)
    rounded: Floats = np.where(x > 0, steps.minimum + np.maximum(count, 0) * steps.step, 0.0)
    return rounded


def hand_out(network: Network, room: Floats, x: Floats, steps: Steps, queue: Indices) -> Floats:
    """Raise the settings `x` of the loads in `queue` until no whole step fits anywhere.

    One step each in the order of the queue, as often as somebody gets one; what is left then is less
    than a step of nearly everybody, and goes to whom it fits, in the same order.
    """
    x = x.copy()
    waiting = _candidates(network, room, x, steps, queue)
    if not len(waiting):
        return x
    left = room - network.usage(x)
    got = admit(network, left, steps.step, waiting).admitted
    x[got] += steps.step[got]
    for index in _candidates(network, room, x, steps, queue):
        _raise_alone(network, room, x, steps, index)
    return x


def _candidates(network: Network, room: Floats, x: Floats, steps: Steps, queue: Indices) -> Indices:
    """Return who of the queue could take one more step if nobody else did."""
    left = room - network.usage(x)
    tight = network.share * steps.step[network.column] > (left + _slack(room))[network.row]
    blocked = np.zeros(len(x), np.bool_)
    blocked[network.column[tight]] = True
    free = ~blocked & (x + steps.step <= steps.cap + TOLERANCE * (1 + steps.cap))
    return queue[free[queue]]


def _raise_alone(network: Network, room: Floats, x: Floats, steps: Steps, index: int) -> None:
    """Give one load as many whole steps as fit now."""
    left = room - network.usage(x)
    mine = network.column == index
    by_limit = (left + _slack(room))[network.row[mine]] / (network.share[mine] * steps.step[index])
    by_cap = (steps.cap[index] - x[index]) / steps.step[index] + 1e-6
    x[index] += steps.step[index] * max(0.0, np.floor(min(by_cap, by_limit.min(initial=np.inf))))


def _slack(room: Floats) -> Floats:
    return TOLERANCE * (1 + np.abs(room))
