"""What to tell the connectors of a site now, so that it never exceeds its limits: orders and their reasons.

Pure. Invariant S: envelopes (`charging.smart.connector`), base load and launch reserve together never
exceed a limit by what this module orders. Lowering goes out at once; raising only into room that exists
while every envelope still stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from charging.smart.admission import admit
from charging.smart.allocation import Allocation, Demand, allocate
from charging.smart.connector import Connector
from charging.smart.network import Floats, Indices, Mask, Network
from charging.smart.rules import RULES, Wishes
from charging.smart.stepping import Steps

SMALL_RAISE_AFTER_S: Final = 900.0
"""A raise within the dead band waits so long (specification: at most 15 min)."""


class Why(StrEnum):
    """What decides a connector's setting."""

    IDLE = "idle"
    CAP = "cap"
    SHARE = "share"
    NO_ROOM = "no_room"
    BARRED = "barred"
    HELD = "held"
    UNREACHABLE = "unreachable"
    DISOBEYS = "disobeys"


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices of a site.

    Attributes:
        launch_reserve: how many idle connectors may start at once without exceeding a limit.
        dead_band: raises smaller than this (W) wait.
    """

    launch_reserve: int = 1
    dead_band_w: float = 500.0


@dataclass(frozen=True, slots=True)
class Order:
    """Tell connector `index` this setting; `raises` it, or lowers."""

    index: int
    setting: float
    raises: bool


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What comes of a cycle; shapes (connectors,) and (limits,).

    Attributes:
        orders: to be sent now, lowering first.
        target: what every connector is to have once all orders are obeyed.
        envelope: what may rule it now.
        why: what decides its target.
        stopped_by: index of the limit that stopped or refused it, -1 for none.
        reserve: what of every limit is kept for starts.
        used: envelopes, base load and reserve together, of every limit.
    """

    orders: tuple[Order, ...]
    target: Floats
    envelope: Floats
    why: tuple[Why, ...]
    stopped_by: Indices
    reserve: Floats
    used: Floats


def plan(network: Network, connectors: Sequence[Connector], base: Floats, settings: Settings) -> Plan:
    """Decide what to tell the connectors of `network` (in its order) beside a base load (shape (limits,))."""
    envelope = np.array([each.envelope for each in connectors], float)
    told = np.array([each.charging and each.reachable and each.obeys for each in connectors], bool)
    reserve = launch_reserve(network, connectors, settings.launch_reserve)
    fixed = network.usage(np.where(told, 0.0, envelope))
    allocation = allocate(network, _demand(connectors, told), base + reserve + fixed)
    target = np.where(told, allocation.x, envelope)
    used = base + reserve + network.usage(envelope)
    lowered, raised = _wanted(network, connectors, target, envelope, told, settings)
    granted = _granted(network, connectors, np.where(raised, target - envelope, 0.0), network.capacity - used)
    orders = [Order(int(index), float(target[index]), raises=False) for index in np.flatnonzero(lowered)]
    orders += [Order(int(index), float(target[index]), raises=True) for index in np.flatnonzero(granted)]
    return Plan(
        orders=tuple(orders),
        target=target,
        envelope=envelope,
        why=_reasons(connectors, allocation),
        stopped_by=np.where(allocation.refused_by >= 0, allocation.refused_by, allocation.stopped_by),
        reserve=reserve,
        used=used,
    )


def launch_reserve(network: Network, connectors: Sequence[Connector], starts: int) -> Floats:
    """Return what each limit keeps: the `starts` largest defaults of the idle connectors below it."""
    default = np.array(
        [
            0.0 if each.charging else (each.hardware if each.default is None else each.default)
            for each in connectors
        ],
        float,
    )
    kept = np.zeros(len(network.limits))
    if starts <= 0 or not len(network.row):
        return kept
    need = network.share * default[network.column]
    order = np.lexsort((-need, network.row))
    row, need = network.row[order], need[order]
    first = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    place = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    chosen = place < starts
    np.add.at(kept, row[chosen], need[chosen])
    return kept


def _demand(connectors: Sequence[Connector], told: Mask) -> Demand:
    def column(values: Sequence[float]) -> Floats:
        return np.array(values, float)

    rank = column([each.served_wh / each.weight for each in connectors])
    return Demand(
        wants=told & np.array([not each.barred for each in connectors], bool),
        steps=Steps(
            minimum=column([each.minimum for each in connectors]),
            step=column([each.step for each in connectors]),
            cap=column([min(each.hardware, each.cap or each.hardware) for each in connectors]),
        ),
        rank=rank,
        wishes=Wishes(
            rule=np.array([RULES.index(each.rule) for each in connectors], np.int64),
            tier=np.array([each.tier for each in connectors], np.int64),
            weight=column([each.weight for each in connectors]),
            started=column([each.started for each in connectors]),
            energy_wh=column([each.energy_wh for each in connectors]),
            remaining_s=column([each.remaining_s for each in connectors]),
            nominal_w=column([each.hardware * each.load.watts for each in connectors]),
        ),
    )


def _wanted(
    network: Network,
    connectors: Sequence[Connector],
    target: Floats,
    envelope: Floats,
    told: Mask,
    settings: Settings,
) -> tuple[Mask, Mask]:
    """Return who is to be told a lower setting, and who a higher one that is worth a message."""
    known = np.array([np.nan if each.confirmed is None else each.confirmed for each in connectors], float)
    sent = np.array([each.in_flight[-1] if each.in_flight else np.nan for each in connectors], float)
    latest = np.where(np.isnan(sent), known, sent)
    differs = told & ~(np.abs(latest - target) < 1e-6)
    lowered = differs & (target <= envelope)
    small = (target - envelope) * network.watts < settings.dead_band_w
    patient = np.array([each.changed_ago_s < SMALL_RAISE_AFTER_S for each in connectors], bool)
    waits = small & patient & (envelope > 0) & ~np.isnan(known)
    # Within an envelope that still stands, a setting above the confirmed one is a raise as well.
    upwards = target > np.nan_to_num(latest, nan=-1.0)
    return lowered & ~(upwards & waits), differs & (target > envelope) & ~waits


def _granted(network: Network, connectors: Sequence[Connector], amount: Floats, room: Floats) -> Mask:
    """Return which raises fit into the room that there is, higher tiers and the least served first."""
    tier = np.array([each.tier for each in connectors], np.int64)
    served = np.array([each.served_wh / each.weight for each in connectors], float)
    order = np.lexsort((served, -tier))
    queue: Indices = order[amount[order] > 0]
    return admit(network, np.maximum(room, 0.0), amount, queue).admitted & (amount > 0)


def _reasons(connectors: Sequence[Connector], allocation: Allocation) -> tuple[Why, ...]:
    return tuple(_reason(each, allocation, index) for index, each in enumerate(connectors))


def _reason(connector: Connector, allocation: Allocation, index: int) -> Why:
    if not connector.charging:
        return Why.IDLE
    if not connector.reachable:
        return Why.UNREACHABLE
    if not connector.obeys:
        return Why.DISOBEYS
    if connector.barred:
        return Why.BARRED
    if not allocation.admitted[index]:
        return Why.NO_ROOM
    return Why.CAP if allocation.stopped_by[index] < 0 else Why.SHARE
