"""The life of an export: asked for, worked on, finished or not, and removed when it expires."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from evkit.core.errors import InvalidInputError
from evkit.core.recorders import Actor, Deed, record
from history.models import ExportJob
from history.types import ExportState, FileKind
from sites.models import Site, User

KEPT: Final = timedelta(hours=24)
SILENT: Final = timedelta(minutes=5)
"""A job that is worked on and is not heard of for so long has lost its worker."""
MOST_UNFINISHED: Final = 5
QUERY_LENGTH: Final = 2000


class ExportRefusedError(InvalidInputError):
    """The export cannot be made."""

    code = "export_refused"


class CancelledError(Exception):
    """The export was cancelled, or given up, while it was worked on."""


@transaction.atomic
def ask_for_export(
    *,
    user: User,
    actor: Actor,
    table: str,
    kind: str,
    query: str,
    everything: bool,
    site: Site | None,
    language: str,
    now: datetime,
) -> ExportJob:
    """Keep the wish for a file; the audit journal keeps who took which data out.

    Raises:
        ExportRefusedError: the filter is too long, the kind unknown, or too many of theirs are unfinished.
    """
    if kind not in FileKind.values:
        raise ExportRefusedError(_("Files can be Excel or CSV."), field="kind")
    if len(query) > QUERY_LENGTH:
        raise ExportRefusedError(_("This filter is too long. Take some of its choices away."))
    mine = ExportJob.objects.filter(user=user)
    if mine.unfinished().count() >= MOST_UNFINISHED:
        raise ExportRefusedError(
            _("%(number)d of your exports are not finished yet. Wait for one, or cancel it.")
            % {"number": MOST_UNFINISHED}
        )
    job = ExportJob.objects.create(
        user=user, table=table, kind=kind, query=query, everything=everything, site=site,
        language=language, created_at=now, beat_at=now, expires_at=now + KEPT,
    )  # fmt: skip
    details = {"kind": kind, "query": query, "everything": everything}
    _record(actor, "export", job, details)
    return job


def claim_export(*, number: int, now: datetime) -> ExportJob | None:
    """Take a waiting job to work on; None if somebody else has it, or it was cancelled."""
    mine = ExportJob.objects.filter(pk=number, state=ExportState.QUEUED)
    if not mine.update(state=ExportState.RUNNING, beat_at=now):
        return None
    return ExportJob.objects.select_related("user", "site").get(pk=number)


def tell_progress(*, number: int, done: int, now: datetime, total: int | None = None) -> None:
    """Keep how many rows are written.

    Raises:
        CancelledError: it was cancelled or given up meanwhile.
    """
    changes: dict[str, object] = {"done": done, "beat_at": now}
    if total is not None:
        changes["total"] = total
    if not ExportJob.objects.filter(pk=number, state=ExportState.RUNNING).update(**changes):
        raise CancelledError


def finish_export(*, number: int, rows: int, size: int, now: datetime) -> bool:
    """Offer the file for download; False if it was cancelled at the last moment."""
    mine = ExportJob.objects.filter(pk=number, state=ExportState.RUNNING)
    changed = mine.update(
        state=ExportState.DONE, done=rows, total=rows, size=size, finished_at=now, expires_at=now + KEPT
    )
    return bool(changed)


def fail_export(*, number: int, error: str, now: datetime) -> None:
    """Keep why there will be no file."""
    mine = ExportJob.objects.filter(pk=number, state=ExportState.RUNNING)
    mine.update(state=ExportState.FAILED, error=error[:255], finished_at=now)


@transaction.atomic
def cancel_export(*, job: ExportJob, actor: Actor, now: datetime) -> bool:
    """Stop an unfinished job; False if it had ended already."""
    mine = ExportJob.objects.filter(pk=job.pk).unfinished()
    if not mine.update(state=ExportState.CANCELLED, finished_at=now):
        return False
    _record(actor, "cancel", job, {})
    return True


def sweep_exports(*, now: datetime) -> list[int]:
    """Remove what expired, give up what nobody works on any more; return the jobs that still wait."""
    for job in ExportJob.objects.filter(expires_at__lte=now):
        job.path.unlink(missing_ok=True)
        job.delete()
    _remove_left_behind(now)
    lost = ExportJob.objects.filter(state=ExportState.RUNNING, beat_at__lt=now - SILENT)
    lost.update(state=ExportState.FAILED, error="interrupted", finished_at=now)
    waiting = ExportJob.objects.filter(state=ExportState.QUEUED).order_by("pk")
    return list(waiting.values_list("pk", flat=True))


def _remove_left_behind(now: datetime) -> None:
    """Remove old files without a job: jobs are deleted with their user and their site."""
    folder = Path(settings.EVKIT_DATA_DIR) / "exports"
    for path in folder.iterdir() if folder.is_dir() else ():
        name = path.stem
        if not name.isdigit() or path.stat().st_mtime > (now - KEPT).timestamp():
            continue
        if not ExportJob.objects.filter(pk=int(name)).exists():
            path.unlink(missing_ok=True)


def _record(actor: Actor, verb: str, job: ExportJob, details: dict[str, object]) -> None:
    deed = Deed(
        actor=actor, verb=verb, object_type="export", object_key=f"{job.table} {job.pk}",
        site_id=job.site_id, details=details,
    )  # fmt: skip
    record(deed)
