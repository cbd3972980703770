"""Copies of received files in the folder of archives, made before the files are removed."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from chargers.models import FileJob


def copy_to_archive(job: FileJob, received: datetime) -> None:
    """Copy the content of a job into the archive; it is on the disk when this returns.

    Again does no harm. A content that is gone already is left out.
    """
    path = _place(job, received)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with job.path.open("rb") as content, part.open("wb") as copy:
            shutil.copyfileobj(content, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
    except FileNotFoundError:
        return
    part.replace(path)


def _place(job: FileJob, received: datetime) -> Path:
    """Return where a copy lies: by month, named after charge point, time (UTC), job and file."""
    at = received.astimezone(UTC)
    name = f"{_safe(job.charge_point.identity)}-{at:%Y%m%dT%H%M%SZ}-{job.pk}-{_safe(job.file_name)}"
    return Path(settings.EVKIT_DATA_DIR) / "archive" / "files" / f"{at:%Y-%m}" / name


def _safe(name: str) -> str:
    """Return the end of a name that a charge point chose, without anything that a file system could mind."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:]
