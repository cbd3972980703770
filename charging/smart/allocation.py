"""One allocation: admit, fill, step. Everything a cycle decides before hysteresis and messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from charging.smart.admission import Admission, admit
from charging.smart.filling import fill
from charging.smart.network import Floats, Indices, Mask, Network
from charging.smart.rules import Wishes, lines, needed
from charging.smart.stepping import Steps, hand_out, round_down


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What the loads ask for; shapes (loads,) in each load's unit (W for DC, A per phase for AC).

    Attributes:
        wants: takes part at all.
        keeps: admitted with its minimum before all others of its tier (`charging.smart.turns`).
        rests: gets its minimum only where all others have what they can use (`charging.smart.resting`).
        steps: minimum, step and cap of the settings.
        rank: order of admission within a tier, lower first.
        wishes: what the rules look at.
    """

    wants: Mask
    steps: Steps
    rank: Floats
    wishes: Wishes
    rests: Mask | None = None
    keeps: Mask | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """The settings `x`, who was admitted, and which limit stopped or refused each load (-1: none)."""

    x: Floats
    admitted: Mask
    stopped_by: Indices
    refused_by: Indices


def allocate(network: Network, demand: Demand, reserved: Floats) -> Allocation:
    """Share what the limits leave beside `reserved` (base load, launch reserve; shape (limits,)).

    Feasible always: no limit is exceeded by the result unless it is already by `reserved` alone.
    """
    rests = demand.rests
    if rests is None or not rests.any():
        return _share(network, demand, network.capacity - reserved)
    awake = replace(demand, wants=demand.wants & ~rests)
    found = _share(network, awake, network.capacity - reserved)
    steps = replace(demand.steps, cap=np.minimum(demand.steps.cap, demand.steps.minimum))
    left = network.capacity - reserved - network.usage(found.x)
    last = _share(network, replace(demand, wants=demand.wants & rests, steps=steps), left)
    return Allocation(
        found.x + last.x,
        found.admitted | last.admitted,
        np.where(rests, last.stopped_by, found.stopped_by),
        np.where(rests, last.refused_by, found.refused_by),
    )


def _share(network: Network, demand: Demand, room: Floats) -> Allocation:
    """Share what the limits leave between those who take part."""
    room = np.maximum(room, 0.0)
    queue = _queue(demand)
    asked = needed(demand.wishes, network.watts, demand.steps.minimum, demand.steps.cap)
    if demand.keeps is not None:
        asked = np.where(demand.keeps, demand.steps.minimum, asked)
    admission = _admit_tiers(network, room, demand, asked, queue)
    low = np.where(admission.admitted, demand.steps.minimum, 0.0)
    high = np.where(admission.admitted, demand.steps.cap, 0.0)
    filled = fill(network, room, lines(demand.wishes, network.watts, low, high))
    x = np.where(admission.admitted, round_down(filled.x, demand.steps), 0.0)
    x = hand_out(network, room, x, demand.steps, _leftovers(demand, admission))
    return Allocation(x, admission.admitted, filled.stopped_by, admission.refused_by)


def _queue(demand: Demand) -> Indices:
    """Return who takes part: higher tiers first, there who keeps what it has, then by rank.

    A cap below the minimum cannot be served.
    """
    later = np.zeros(len(demand.rank), bool) if demand.keeps is None else ~demand.keeps
    served = demand.wants & (demand.steps.cap >= demand.steps.minimum) & (demand.steps.cap > 0)
    order = np.lexsort((demand.rank, later, -demand.wishes.tier))
    queue: Indices = order[served[order]]
    return queue


def _leftovers(demand: Demand, admission: Admission) -> Indices:
    """Return in which order steps are handed out that are left over.

    By tier, then by arrival: an order that does not change while they charge, so that a step does not go
    from one to the other with every Wh.
    """
    order = np.lexsort((demand.rank, demand.wishes.started, -demand.wishes.tier))
    queue: Indices = order[admission.admitted[order]]
    return queue


def _admit_tiers(network: Network, room: Floats, demand: Demand, asked: Floats, queue: Indices) -> Admission:
    """Admit tier after tier; a limit that refuses somebody is closed for lower tiers.

    Who has a departure asks for what it needs until then, and if that does not fit for its minimum.
    """
    minimum = demand.steps.minimum
    admitted = np.zeros(len(minimum), np.bool_)
    refused_by = np.full(len(minimum), -1, np.int64)
    left = room.copy()
    tier = demand.wishes.tier[queue]
    for value in sorted(set(tier.tolist()), reverse=True):
        waiting = queue[tier == value]
        for amount in (asked, minimum) if (asked > minimum)[waiting].any() else (minimum,):
            found = admit(network, left, amount, waiting)
            admitted |= found.admitted
            left -= network.usage(np.where(found.admitted, amount, 0.0))
            waiting = waiting[~found.admitted[waiting]]
        refused_by = np.where(found.refused_by >= 0, found.refused_by, refused_by)
        left[found.refused_by[found.refused_by >= 0]] = 0.0
    return Admission(admitted, refused_by)
