"""Periodic work on transactions."""

from __future__ import annotations

from celery import shared_task

from charging.services.reconciliation import close_abandoned
from evkit.core.clock import utc_now


@shared_task(name="charging.tasks.reconcile")
def reconcile() -> None:
    """Close the transactions whose stop was evidently lost."""
    close_abandoned(now=utc_now())
