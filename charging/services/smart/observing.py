"""What measurements tell of a connector: how fast it obeys, how exactly, and whether it does at all."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from charging.services.smart.facts import EvseState, PointState
from charging.services.smart.settings_of import Range
from charging.services.smart.storing import LimitRow
from charging.smart.connector import LATENCY_S, STANDBY, tolerated

FRESH: Final = timedelta(seconds=90)
"""Meter values that are older tell nothing about now."""

QUICKEST_S: Final = 5.0
SLOWEST_S: Final = 120.0
"""Between these a latency is learned."""

MARGIN: Final = 1.5
FORGETTING: Final = 0.8
"""A latency is this much more than what was seen, and sinks no faster than to this part of itself."""

EXACT: Final = 0.95
"""A vehicle that takes this part of what it is offered shows how exactly its charge point keeps a limit."""


def measured_at(state: EvseState, offset_s: float | None) -> datetime | None:
    """Return by our clock when the values of a connector were measured.

    `offset_s` is how far the clock of the charge point is ahead of ours. Nothing is measured later than it
    is received; what is sent after a time without connection was measured long before.
    """
    if state.measured_received_at is None or state.measured_device_at is None:
        return state.measured_at
    try:
        told: datetime = state.measured_device_at - timedelta(seconds=offset_s or 0.0)
    except OverflowError:
        return state.measured_received_at
    return min(state.measured_received_at, told)


def measuring_time(
    state: EvseState | None, own: PointState | None, since: datetime | None, now: datetime
) -> datetime | None:
    """Return when the values of a connector were measured, if that is recent and after `since`; else None."""
    at = measured_at(state, own.clock_offset_s if own else None) if state else None
    if at is None or now - at > FRESH or (since is not None and at <= since):
        return None
    return at


def learn(row: LimitRow, settings: Range, measured: float | None, at: datetime | None) -> None:
    """Learn from what was measured `at` under the confirmed limit; the row is not saved."""
    if at is None or measured is None or row.confirmed is None or row.confirmed_at is None:
        return
    if measured > max(tolerated(row.confirmed, settings.step), settings.minimum * STANDBY):
        return
    after_s = (at - row.confirmed_at).total_seconds()
    if row.before is not None and row.before > row.confirmed:
        _learn_latency(row, after_s)
        row.before = None
    if after_s >= (row.latency_s or LATENCY_S) and row.confirmed >= settings.minimum:
        _learn_overdraw(row, measured / row.confirmed)


def _learn_latency(row: LimitRow, after_s: float) -> None:
    known = row.latency_s or LATENCY_S
    row.latency_s = min(max(after_s * MARGIN, known * FORGETTING, QUICKEST_S), SLOWEST_S)


def _learn_overdraw(row: LimitRow, part: float) -> None:
    """Take whole percents, and less again only where the vehicle takes all that it may."""
    excess = math.ceil(max(part - 1.0, 0.0) * 100 - 0.3) / 100
    if excess > row.overdraw or (part > EXACT and excess < row.overdraw - 0.015):
        row.overdraw = max(excess, 0.0)
