"""The ways of sharing: each is a set of lines that the level raises (`charging.smart.filling`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from charging.smart.filling import Lines
from charging.smart.network import Floats, Indices, Mask

NO_HURRY: Final = 1e-3


class Rule(StrEnum):
    """How a site's power is distributed (R17, R21)."""

    EQUAL = "equal"
    CAPACITY = "capacity"
    PRIORITY = "priority"
    FIRST_COME = "first_come"
    DEADLINE = "deadline"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """What the rules look at; shapes (loads,).

    Attributes:
        rule: index into `tuple(Rule)`; loads under one limit may follow different rules.
        tier: higher is served before all lower ones (priority, hybrid).
        weight: share relative to others, above 0.
        started: when the charge began, s since any epoch (first come, first served).
        energy_wh: still to be delivered until the departure; NaN when not known.
        remaining_s: until the departure; NaN when not known.
        nominal_w: what the connector could draw at most by its hardware.
    """

    rule: Indices
    tier: Indices
    weight: Floats
    started: Floats
    energy_wh: Floats
    remaining_s: Floats
    nominal_w: Floats


RULES: Final = tuple(Rule)


def _is(wishes: Wishes, *rules: Rule) -> Mask:
    mask: Mask = np.isin(wishes.rule, [RULES.index(rule) for rule in rules])
    return mask


def lines(wishes: Wishes, watts: Floats, low: Floats, high: Floats) -> Lines:
    """Return the line of every load in its own unit.

    Equal shares: the same power for the same weight. Proportional to capacity: the same part of the
    nominal power. Deadline and hybrid: who can wait least gets the largest part of its cap first
    (smoothed least laxity first); without a known departure a load takes part as if it had much time.
    Priority and hybrid fill tier after tier, first come, first served load after load: the level of
    whoever comes later begins where everybody before has its cap.
    """
    slope = np.where(_is(wishes, Rule.CAPACITY), wishes.nominal_w / 1000.0, 1.0) * wishes.weight / watts
    urgent = _is(wishes, Rule.DEADLINE, Rule.HYBRID)
    offset = (
        np.where(urgent, high * _hurry(wishes, watts * high), 0.0) if urgent.any() else np.zeros(len(watts))
    )
    turn = _turns(wishes)
    if turn.any():
        begin, end = (low - offset) / slope, (high - offset) / slope
        offset = offset - slope * turn * (end.max() - begin.min() + 1.0)
    return Lines(offset=offset, slope=slope, low=low, high=high)


def _turns(wishes: Wishes) -> Indices:
    """Return in which turn each load is filled: 0 first; loads of one turn are filled together."""
    tier = np.where(_is(wishes, Rule.PRIORITY, Rule.HYBRID), wishes.tier, 0)
    arrival = np.where(_is(wishes, Rule.FIRST_COME), wishes.started, -np.inf)
    order = np.lexsort((arrival, -tier))
    sorted_tier, sorted_arrival = tier[order], arrival[order]
    later = (sorted_tier[1:] != sorted_tier[:-1]) | (sorted_arrival[1:] != sorted_arrival[:-1])
    turn = np.empty(len(tier), np.int64)
    turn[order] = np.concatenate([[0], np.cumsum(later)]) if len(tier) else 0
    return turn


def needed(wishes: Wishes, watts: Floats, low: Floats, high: Floats) -> Floats:
    """Return what every load asks for when it is admitted: its minimum, or what makes it ready in time."""
    known = _is(wishes, Rule.DEADLINE, Rule.HYBRID) & ~np.isnan(wishes.energy_wh * wishes.remaining_s)
    if not known.any():
        return low
    average: Floats = np.where(known, high * _hurry(wishes, watts * high), 0.0)
    return np.maximum(low, np.minimum(average, high))


def _hurry(wishes: Wishes, cap_w: Floats) -> Floats:
    """Return which part of its cap every load needs on average to be ready in time, 0 to 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        need_w = wishes.energy_wh * 3600.0 / np.maximum(wishes.remaining_s, 1.0)
        part = need_w / np.maximum(cap_w, 1.0)
    hurry: Floats = np.clip(np.nan_to_num(part, nan=NO_HURRY), 0.0, 1.0)
    return hurry
