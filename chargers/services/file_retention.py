"""Received files go when their time is over; what an upload that was cut off left goes after a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from chargers.events import ChargePointChanged
from chargers.models import FileJob
from chargers.services.file_archive import copy_to_archive
from chargers.types import JobKind
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Deed, record
from sites.models import Project

MOST: Final = 500
"""Files removed in one sweep."""

LEFT_OVER: Final = timedelta(days=1)
"""A file without a job is left over when nobody has written to it for so long (an upload: a minute)."""


def days_kept(project: Project) -> Mapping[JobKind, int | None]:
    """Return for how many days the files of each kind are kept; None keeps them for ever."""
    return {JobKind.DIAGNOSTICS: project.diagnostics_days, JobKind.LOG: project.logs_days}


def remove_old_files(*, now: datetime) -> int:
    """Remove the contents whose time is over; their jobs stay and tell when. Return how many there were.

    Where archives are wanted, each is copied there first.
    """
    project = Project.objects.filter(pk=1).first() or Project(pk=1)
    count = 0
    for kind, days in days_kept(project).items():
        if days is not None:
            old = FileJob.objects.filter(
                kind=kind, removed_at=None, received_at__lt=now - timedelta(days=days)
            )
            for job in old.select_related("charge_point").order_by("pk")[: MOST - count]:
                if project.archive_removed and job.received_at is not None:
                    copy_to_archive(job, job.received_at)
                count += _remove(job, now, archived=project.archive_removed)
    return count


@transaction.atomic
def _remove(job: FileJob, now: datetime, *, archived: bool) -> int:
    """Remove one content, unless a newer one has taken its place meanwhile."""
    here = FileJob.objects.select_for_update().filter(pk=job.pk, received_at=job.received_at, removed_at=None)
    if not here.exists():
        return 0
    job.path.unlink(missing_ok=True)
    FileJob.objects.filter(pk=job.pk).update(removed_at=now)
    point = job.charge_point
    details = {
        "job": job.pk, "kind": job.kind, "file": job.file_name, "received": job.received_at,
        "archived": archived,
    }  # fmt: skip
    record(Deed(SYSTEM, "remove_file", "charge_point", point.identity, point.site_id, details))
    publish_after_commit(ChargePointChanged(point.pk, point.site_id))
    return 1


def remove_left_overs(*, now: datetime) -> int:
    """Remove what belongs to no job: uploads cut off by a crash, contents of deleted charge points."""
    before = (now - LEFT_OVER).timestamp()
    quiet = [path for path in _received() if _written_at(path) < before]
    numbers = {int(path.name) for path in quiet if _is_job(path)}
    known = set(FileJob.objects.filter(pk__any_of=numbers).values_list("pk", flat=True))
    left = [path for path in quiet if not (_is_job(path) and int(path.name) in known)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _written_at(path: Path) -> float:
    """Return when a file was written to last; one that has just gone is left alone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _is_job(path: Path) -> bool:
    """Tell whether a file is named after its job; an upload under way has 32 random hexadecimal digits."""
    return path.name.isdecimal() and len(path.name) < 19


def _received() -> Iterator[Path]:
    """Yield the files of uploads, and those of the firmware library that were not wholly written."""
    files = Path(settings.EVKIT_DATA_DIR) / "files"
    yield from (path for path in (files / "received").glob("*") if path.is_file())
    yield from (path for path in (files / "firmware").glob(".*") if path.is_file())
