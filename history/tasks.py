"""Periodic work on stored data."""

from __future__ import annotations

from time import monotonic
from typing import Final

from celery import shared_task

from evkit.core.clock import utc_now
from history.partitions import make_partitions as make
from history.services import retention, rollups, running

TURN_S: Final = 4.0
"""For how long one task works; the next one goes on. Embedded, other tasks wait meanwhile."""


@shared_task(name="history.tasks.make_partitions")
def make_partitions() -> None:
    """Create the partitions of the coming months."""
    make(today=utc_now().date())


@shared_task(name="history.tasks.roll_up")
def roll_up() -> None:
    """Roll up the samples that were received since the last time, and count the transactions at once."""
    end = monotonic() + TURN_S
    running.count_running(now=utc_now(), go_on=lambda: monotonic() < end)
    rollups.roll_up(now=utc_now(), go_on=lambda: monotonic() < end)


@shared_task(name="history.tasks.remove_old")
def remove_old() -> None:
    """Remove what is kept no longer, archived first where that is wanted."""
    end = monotonic() + TURN_S
    retention.remove_old(now=utc_now(), go_on=lambda: monotonic() < end)
