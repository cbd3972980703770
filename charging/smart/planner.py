"""What to tell the connectors of a site now, so that it never exceeds its limits: orders and their reasons.

Pure. Invariant S: envelopes (`charging.smart.connector`), base load and launch reserve together never
exceed a limit by what this module orders. Lowering goes out at once; raising only into room that exists
while every envelope still stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from charging.smart.admission import admit
from charging.smart.allocation import Allocation, Demand, allocate
from charging.smart.connector import Connector
from charging.smart.demands import demand_of
from charging.smart.network import Floats, Indices, Mask, Network
from charging.smart.reserve import launch_reserve
from charging.smart.steadiness import Standing, steady
from charging.smart.turns import keeps

SMALL_RAISE_AFTER_S: Final = 900.0
"""A raise within the dead band waits so long (specification: at most 15 min)."""


class Why(StrEnum):
    """What decides a connector's setting."""

    IDLE = "idle"
    VACANT = "vacant"
    CAP = "cap"
    SHARE = "share"
    NO_ROOM = "no_room"
    RESTS = "rests"
    KEPT = "kept"
    FLOOR = "floor"
    LOST = "lost"
    BARRED = "barred"
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
        envelope: the most that it may draw now.
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


def plan(network: Network, connectors: Sequence[Connector], base: Floats, sites: Sequence[Settings]) -> Plan:
    """Decide what to tell the connectors of `network` (in its order) beside a base load (shape (limits,)).

    `sites` are the settings that `Connector.site` counts. A connector that was seen to draw more than it is
    told counts with that much more.
    """
    envelope = np.array([each.envelope for each in connectors], float)
    told = np.array([each.charging and each.reachable and each.obeys for each in connectors], bool)
    reserve = launch_reserve(network, connectors, [site.launch_reserve for site in sites])
    excess = np.array([each.excess for each in connectors], float)
    fixed = network.usage(np.where(told, excess, envelope))
    factor = np.where(told, [1 + each.overdraw for each in connectors], 1.0)
    counted = replace(network, share=network.share * factor[network.column])
    demand, latest = demand_of(connectors, told), _latest(connectors)
    floor = np.where(told, [each.floor for each in connectors], 0.0)
    allocation, fixed = _share(counted, demand, floor, base + reserve, fixed)
    standing = _standing(network, connectors, demand, latest, sites)
    x = steady(counted, counted.capacity - base - reserve - fixed, allocation.x, demand.steps, standing)
    target = np.where(told, np.maximum(x, floor), envelope)
    used = base + reserve + network.usage(envelope)
    amount = target * factor - envelope
    waits = _waits(network, connectors, envelope, amount, sites)
    changes = _wanted(latest, target, amount, told, waits, _crowded(network, used))
    granted = _granted(network, connectors, np.where(changes.raised, amount, 0.0), network.capacity - used)
    return Plan(
        orders=_orders(connectors, target, changes, granted),
        target=target,
        envelope=envelope,
        why=_reasons(network, connectors, allocation),
        stopped_by=np.where(allocation.refused_by >= 0, allocation.refused_by, allocation.stopped_by),
        reserve=reserve,
        used=used,
    )


def _share(
    network: Network, demand: Demand, floor: Floats, reserved: Floats, fixed: Floats
) -> tuple[Allocation, Floats]:
    """Share what is left; who gets nothing but takes its `floor` all the same becomes part of `fixed`."""
    while True:
        allocation = allocate(network, demand, reserved + fixed)
        taken = np.where(allocation.admitted, 0.0, floor)
        if not taken.any():
            return allocation, fixed
        fixed = fixed + network.usage(taken)
        floor = np.where(allocation.admitted, floor, 0.0)
        demand = replace(demand, wants=demand.wants & (taken == 0))


@dataclass(frozen=True, slots=True, eq=False)
class _Changes:
    """Who is to be told a lower setting, who a higher one, and what each was told last (NaN: nothing)."""

    lowered: Mask
    raised: Mask
    latest: Floats


def _waits(
    network: Network,
    connectors: Sequence[Connector],
    envelope: Floats,
    amount: Floats,
    sites: Sequence[Settings],
) -> Mask:
    """Return whose raise would be too small to be worth a message yet."""
    bands = np.array([site.dead_band_w for site in sites])
    band = bands[[each.site for each in connectors]]
    lately = np.array([each.changed_ago_s for each in connectors], float) < SMALL_RAISE_AFTER_S
    known = np.array([each.confirmed is not None for each in connectors], bool)
    rests = np.array([each.rests for each in connectors], bool)
    waits: Mask = lately & (rests | ((amount * network.watts < band) & known & (envelope > 0)))
    return waits


def _crowded(network: Network, used: Floats) -> Mask:
    """Return who hangs below a limit that may be exceeded now: nobody there is told a higher setting."""
    crowded = np.zeros(len(network.loads), np.bool_)
    over = used > network.capacity * (1 + 1e-9) + 1e-6
    crowded[network.column[over[network.row]]] = True
    return crowded


def _latest(connectors: Sequence[Connector]) -> Floats:
    """Return what each was told last, NaN for nothing."""
    told = [each.in_flight[-1] if each.in_flight else each.confirmed for each in connectors]
    return np.array([np.nan if each is None else each for each in told], float)


def _standing(
    network: Network,
    connectors: Sequence[Connector],
    demand: Demand,
    latest: Floats,
    sites: Sequence[Settings],
) -> Standing:
    """Return how far everybody may be from its share: the dead band of its site, but at least a step."""
    dead = np.array([sites[each.site].dead_band_w for each in connectors], float)
    step = demand.steps.step
    whole = np.floor(dead / network.watts / step + 1e-6) * step
    return Standing(
        latest=latest,
        band=np.where(dead > 0, np.maximum(whole, step), 0.0),
        firm=~demand.wants | np.isnan(latest) | np.array([each.rests for each in connectors], bool),
        patient=np.array([each.changed_ago_s < SMALL_RAISE_AFTER_S for each in connectors], bool),
        tier=demand.wishes.tier,
    )


def _wanted(
    latest: Floats, target: Floats, amount: Floats, told: Mask, waits: Mask, crowded: Mask
) -> _Changes:
    differs = told & ~(np.abs(latest - target) < 1e-6)
    # Within an envelope that still stands, a setting above the confirmed one is a raise as well.
    upwards = target > np.nan_to_num(latest, nan=np.inf)
    return _Changes(
        lowered=differs & (amount <= 1e-9) & ~(upwards & (waits | crowded)),
        raised=differs & (amount > 1e-9) & ~waits,
        latest=latest,
    )


def _granted(network: Network, connectors: Sequence[Connector], amount: Floats, room: Floats) -> Mask:
    """Return which raises fit into the room that there is, higher tiers and the least served first."""
    tier = np.array([each.tier for each in connectors], np.int64)
    served = np.array([each.served_wh / each.weight for each in connectors], float)
    order = np.lexsort((served, -tier))
    queue: Indices = order[amount[order] > 0]
    granted: Mask = admit(network, np.maximum(room, 0.0), amount, queue).admitted & (amount > 0)
    return granted


def _orders(
    connectors: Sequence[Connector], target: Floats, changes: _Changes, granted: Mask
) -> tuple[Order, ...]:
    """Return lowering first, then raises, then what is to be told again because its schedule ends soon."""
    again = np.array([each.refresh and each.obeys and not each.in_flight for each in connectors], bool)
    again &= np.array([each.charging and each.reachable for each in connectors], bool)
    again &= ~np.isnan(changes.latest) & ~changes.lowered & ~granted
    return (
        *(Order(int(i), float(target[i]), raises=False) for i in np.flatnonzero(changes.lowered)),
        *(Order(int(i), float(target[i]), raises=True) for i in np.flatnonzero(granted)),
        *(Order(int(i), float(changes.latest[i]), raises=False) for i in np.flatnonzero(again)),
    )


def _reasons(network: Network, connectors: Sequence[Connector], allocation: Allocation) -> tuple[Why, ...]:
    short = np.zeros(len(network.loads), np.bool_)
    refusing = allocation.refused_by[allocation.refused_by >= 0]
    short[network.column[np.isin(network.row, refusing)]] = True
    found = [_reason(each, allocation, index) for index, each in enumerate(connectors)]
    admitted = {Why.CAP, Why.SHARE}
    return tuple(
        Why.KEPT if why in admitted and is_short and keeps(each) else why
        for why, is_short, each in zip(found, short, connectors, strict=True)
    )


def _reason(connector: Connector, allocation: Allocation, index: int) -> Why:
    if not connector.charging:
        return Why.VACANT if connector.vacant else Why.IDLE
    if not connector.reachable:
        return Why.UNREACHABLE
    if not connector.obeys:
        return Why.DISOBEYS
    if connector.lost and not connector.barred:
        return Why.LOST
    if not allocation.admitted[index]:
        return _why_nothing(connector)
    return Why.CAP if allocation.stopped_by[index] < 0 else Why.SHARE


def _why_nothing(connector: Connector) -> Why:
    if connector.floor > 0:
        return Why.FLOOR
    if connector.barred:
        return Why.BARRED
    return Why.RESTS if connector.rests else Why.NO_ROOM
