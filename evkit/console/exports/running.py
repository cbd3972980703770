"""Working on exports: in the request where they are small, else in the background."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connections
from django.utils import timezone, translation

from evkit.console.exports.csv_file import write_csv
from evkit.console.exports.description import Export, Scope
from evkit.console.exports.registry import EXPORTS
from evkit.console.exports.selection import Selection
from evkit.console.exports.workbook import write_workbook
from evkit.console.zones import common_zone
from evkit.core.clock import utc_now
from history.models import ExportJob
from history.services.exports import (
    CancelledError,
    claim_export,
    fail_export,
    finish_export,
    tell_progress,
)
from history.types import FileKind
from sites.models import Site
from sites.permissions import Principal, principal_of_user

SMALL: Final = 3000
"""Up to so many rows are written while the asker waits."""
BREATH_S: Final = 0.005
BEAT_S: Final = 0.5

log = logging.getLogger(__name__)


def selection_for(
    export: Export, principal: Principal, site: Site | None, query: str, *, everything: bool, now: datetime
) -> Selection:
    """Return what somebody exports: of one site, or of all that they may see.

    Raises:
        ForbiddenError: they may not export this.
    """
    chosen = [site] if site else list(principal.sites().order_by("code"))
    sites = [one for one in chosen if principal.may(export.right, one.pk)]
    if not sites:
        principal.require(export.right, site.pk if site else None)
    return Selection.of(export, Scope(sites, now), query, everything=everything)


def run_export(number: int) -> None:
    """Work on a waiting job, unless somebody else does."""
    job = claim_export(number=number, now=utc_now())
    if job is None:
        return
    try:
        _write(job)
    except CancelledError:
        job.path.unlink(missing_ok=True)
    except Exception as error:
        log.exception("export_failed", extra={"export": number})
        job.path.unlink(missing_ok=True)
        fail_export(number=number, error=f"{type(error).__name__}: {error}", now=utc_now())


def run_beside(numbers: list[int]) -> None:
    """Work on jobs: here, or on a thread of its own where the worker has other things to do (embedded)."""
    beside(lambda: _run_all(numbers))


def beside(work: Callable[[], None]) -> None:
    """Do work here, or on a thread of its own where the worker has other things to do (embedded)."""
    if settings.EVKIT_SERVED:
        work()
        return
    threading.Thread(target=_do_and_close, args=(work,), name="export", daemon=True).start()


def _do_and_close(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()


def _run_all(numbers: list[int]) -> None:
    for number in numbers:
        run_export(number)


def _write(job: ExportJob) -> None:
    job.path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(translation.override(job.language))
        principal = principal_of_user(job.user)
        zone = job.site.zone if job.site else common_zone(list(principal.sites()))
        stack.enter_context(timezone.override(zone or "UTC"))
        selection = selection_for(
            EXPORTS[job.table], principal, job.site, job.query, everything=job.everything, now=job.created_at
        )
        tell_progress(number=job.pk, done=0, total=selection.rows.order_by().count(), now=utc_now())
        rows = _write_file(job, selection, job.path, _reporter(job.pk))
    if not finish_export(number=job.pk, rows=rows, size=job.path.stat().st_size, now=utc_now()):
        job.path.unlink(missing_ok=True)


def _write_file(job: ExportJob, selection: Selection, path: Path, progress: Callable[[int], None]) -> int:
    if job.kind == FileKind.XLSX:
        return write_workbook(path, selection, asker=job.user.get_username(), progress=progress)
    return write_csv(path, selection, progress=progress)


def _reporter(number: int) -> Callable[[int], None]:
    """Return what keeps the progress twice a second, and lets charge points have their turn in between."""
    due = 0.0

    def tell(done: int) -> None:
        nonlocal due
        if not settings.EVKIT_SERVED:
            time.sleep(BREATH_S)
        if time.monotonic() >= due:
            due = time.monotonic() + BEAT_S
            tell_progress(number=number, done=done, now=utc_now())

    return tell
