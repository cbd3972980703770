"""Periodic work on stored data."""

from __future__ import annotations

from celery import shared_task

from evkit.core.clock import utc_now
from history.partitions import make_partitions as make


@shared_task(name="history.tasks.make_partitions")
def make_partitions() -> None:
    """Create the partitions of the coming months."""
    make(today=utc_now().date())
