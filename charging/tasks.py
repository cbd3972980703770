"""Periodic work on transactions."""

from __future__ import annotations

from celery import shared_task

from charging.services.automatic import drive_automatic_charges
from charging.services.energy_trust import judge_ended
from charging.services.local_lists import keep_lists
from charging.services.reconciliation import close_abandoned
from charging.services.reservations import settle_reservations
from charging.services.scheduling import enforce_schedules
from charging.services.smart.balancing import rebalance_all
from evkit.core.clock import utc_now


@shared_task(name="charging.tasks.reconcile")
def reconcile() -> None:
    """Close the transactions of connectors that have been free for a while."""
    close_abandoned(now=utc_now())


@shared_task(name="charging.tasks.sweep_reservations")
def sweep_reservations() -> None:
    """End reservations that expired or were lost; send again what was forgotten."""
    settle_reservations(now=utc_now())


@shared_task(name="charging.tasks.follow_schedules")
def follow_schedules() -> None:
    """Pause, resume or stop charges whose schedule has begun or ended."""
    enforce_schedules(now=utc_now())


@shared_task(name="charging.tasks.keep_local_lists")
def keep_local_lists() -> None:
    """Send what changed to the charge points whose local list is kept up to date."""
    keep_lists(now=utc_now())


@shared_task(name="charging.tasks.judge_energy")
def judge_energy() -> None:
    """Judge whether the energy of ended transactions can be believed."""
    judge_ended(now=utc_now())


@shared_task(name="charging.tasks.balance_sites")
def balance_sites() -> None:
    """Run a cycle of smart charging for every site, whatever events were lost."""
    rebalance_all(now=utc_now())


@shared_task(name="charging.tasks.drive_automatic_charges")
def start_by_themselves() -> None:
    """Start charges that start by themselves, and start again what was interrupted."""
    drive_automatic_charges(now=utc_now())
