"""Background work of the pages."""

from __future__ import annotations

from celery import shared_task

from evkit.console.exports.mailing import send_due
from evkit.console.exports.running import beside, run_beside
from evkit.core.clock import utc_now
from history.services.exports import sweep_exports


@shared_task(name="evkit.console.tasks.run_export")
def run_export(number: int) -> None:
    """Write the file of one export."""
    run_beside([number])


@shared_task(name="evkit.console.tasks.sweep_exports")
def sweep() -> None:
    """Remove expired files, and work on exports that were forgotten."""
    waiting = sweep_exports(now=utc_now())
    if waiting:
        run_beside(waiting)


@shared_task(name="evkit.console.tasks.send_regular_exports")
def send_regular_exports() -> None:
    """Make and mail the regular exports that are due."""
    beside(send_due)
