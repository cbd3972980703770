"""Sweeps over commands and waiting answers: what a lost wake-up or a dead process left behind."""

from __future__ import annotations

from celery import shared_task

from chargers.services.commands import expire_commands
from chargers.services.connections import close_silent
from chargers.services.deferred import default_overdue
from chargers.services.desired_applying import apply_availability, apply_desired
from chargers.services.effects import give_up_effects
from chargers.services.file_jobs import sweep_jobs
from chargers.services.file_retention import remove_left_overs, remove_old_files
from chargers.services.renewal import renew_certificates
from evkit.core.clock import utc_now


@shared_task(name="chargers.tasks.sweep_commands")
def sweep_commands() -> None:
    """Settle what is overdue: commands, effects, decisions, and sockets of a process that died."""
    now = utc_now()
    expire_commands(now=now)
    give_up_effects(now=now)
    default_overdue(now=now)
    close_silent(now=now)
    sweep_jobs(now=now)


@shared_task(name="chargers.tasks.remove_files")
def remove_files() -> None:
    """Remove received files whose time is over, and what belongs to no job."""
    now = utc_now()
    remove_old_files(now=now)
    remove_left_overs(now=now)


@shared_task(name="chargers.tasks.apply_desired")
def apply_desired_state() -> None:
    """Bring connected charge points to the configuration and availability that are desired of them."""
    now = utc_now()
    apply_desired(now=now)
    apply_availability(now=now)


@shared_task(name="chargers.tasks.renew_certificates")
def renew_charge_point_certificates() -> None:
    """Have charge points renew certificates that run out soon."""
    renew_certificates(now=utc_now())
