"""The contents of files: what an address leads to, and what was received through it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import FileJob, FirmwareFile
from chargers.services.file_transitions import DONE
from chargers.services.signatures import require_signature, require_signed_by
from chargers.types import FileJobState, JobKind
from evkit.core.errors import InvalidInputError
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor, Deed, record
from evkit.core.texts import storable

MAX_BYTES: Final = 1024**3
_CHUNK_BYTES: Final = 1 << 20
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Address:
    """What a token is good for: downloading `path`, or an upload that ends up there."""

    job_id: int
    path: Path
    download: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A file that lies complete in `temporary`."""

    temporary: Path
    name: str
    size: int
    sha256: str


def find_address(*, token: str, now: datetime) -> Address | None:
    """Return what a token leads to; None for one that is wrong, expired or used up."""
    if _TOKEN.fullmatch(token) is None:
        return None
    job = FileJob.objects.filter(token=token, expires_at__gt=now).select_related("firmware").first()
    if job is None or job.state in DONE:
        return None
    if job.kind in {JobKind.FIRMWARE, JobKind.SIGNED_FIRMWARE}:
        return Address(job.pk, job.firmware.path, download=True) if job.firmware else None
    return Address(job.pk, job.path, download=False)


@transaction.atomic
def receive(*, job_id: int, received: Received, now: datetime) -> bool:
    """Keep an uploaded file, in place of an earlier attempt; False if the job has ended meanwhile."""
    job = FileJob.objects.select_for_update().select_related("charge_point").get(pk=job_id)
    if job.state in DONE:
        return False
    job.path.parent.mkdir(parents=True, exist_ok=True)
    received.temporary.replace(job.path)
    job.file_name = job.file_name or storable(PurePosixPath(received.name).name, 255)
    job.size, job.sha256, job.received_at = received.size, received.sha256, now
    job.removed_at = None
    job.state, job.updated_at = FileJobState.UPLOADING, now
    job.save()
    publish_after_commit(ChargePointChanged(job.charge_point_id, job.charge_point.site_id))
    return True


@transaction.atomic
def add_firmware(
    *,
    chunks: Iterable[bytes],
    name: str,
    vendor: str,
    model: str,
    version: str,
    now: datetime,
    actor: Actor,
    signing_certificate: str = "",
    signature: str = "",
) -> FirmwareFile:
    """Add a file to the firmware library, with its maker's signature if it has one.

    Raises:
        InvalidInputError: it is empty, too big, there already, or not what was signed.
    """
    require_signature(signing_certificate, signature)
    folder = Path(FirmwareFile(sha256="x").path).parent
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{os.urandom(8).hex()}"
    try:
        size, digest = _write(chunks, temporary)
        if FirmwareFile.objects.filter(sha256=digest).exists():
            raise InvalidInputError(_("This file is in the library already."), field="file")
        if signature:
            require_signed_by(_chunks(temporary), signing_certificate, signature)
        file = FirmwareFile.objects.create(
            vendor=vendor, model=model, version=version, name=safe_name(name), size=size,
            sha256=digest, added_at=now, added_by=actor.name,
            signing_certificate=signing_certificate, signature=signature,
        )  # fmt: skip
        temporary.replace(file.path)
    finally:
        temporary.unlink(missing_ok=True)
    details = {"sha256": digest}
    record(Deed(actor=actor, verb="add", object_type="firmware", object_key=str(file), details=details))
    return file


@transaction.atomic
def remove_firmware(*, firmware: FirmwareFile, actor: Actor) -> None:
    """Remove a file from the firmware library, with its content."""
    path = firmware.path
    details = {"sha256": firmware.sha256}
    record(
        Deed(actor=actor, verb="remove", object_type="firmware", object_key=str(firmware), details=details)
    )
    firmware.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def safe_name(name: str) -> str:
    """Return a file name that any charge point can put into a URL."""
    kept = re.sub(r"[^A-Za-z0-9._-]", "_", PurePosixPath(name).name)
    return kept[-100:].lstrip(".") or "firmware.bin"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _write(chunks: Iterable[bytes], path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            digest.update(chunk)
            file.write(chunk)
    if not 0 < size <= MAX_BYTES:
        raise InvalidInputError(_("The file is empty, or bigger than 1 GiB."), field="file")
    return size, digest.hexdigest()
