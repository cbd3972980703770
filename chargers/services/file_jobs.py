"""Files to and from charge points: asking for them, and following what comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, Command, FileJob, FirmwareFile
from chargers.ocpp.times import parse_time
from chargers.services.commands import queue_command
from chargers.services.file_transitions import GIVEN_UP, OPEN, next_state
from chargers.types import CommandState, FileJobState, JobKind
from evkit.core.events import publish_after_commit
from evkit.core.recorders import SYSTEM, Actor

LIFETIME: Final = timedelta(hours=24)
SILENCE: Final = timedelta(hours=2)
UPLOADS: Final = (JobKind.DIAGNOSTICS, JobKind.LOG)
FIRMWARE: Final = (JobKind.FIRMWARE, JobKind.SIGNED_FIRMWARE)
REFUSED: Final = (CommandState.REJECTED, CommandState.FAILED, CommandState.EXPIRED)


@transaction.atomic
def request_diagnostics(
    *,
    charge_point: ChargePoint,
    base_url: str,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask for a diagnostics file of a period, to be uploaded to evkit (GetDiagnostics, OCPP 1.6 §5.9).

    `base_url` is where the charge point reaches evkit.

    Raises:
        UnableToQueueError: the request breaks the schema.
    """
    token = secrets.token_urlsafe(32)
    payload: dict[str, object] = {"location": f"{base_url}/files/{token}/"}
    payload |= {key: at for key, at in (("startTime", since), ("stopTime", until)) if at}
    command = queue_command(
        charge_point=charge_point, action="GetDiagnostics", payload=payload, now=now, actor=actor
    )
    return create_job(command, JobKind.DIAGNOSTICS, token, due_at=now, now=now)


@transaction.atomic
def update_firmware(
    *,
    charge_point: ChargePoint,
    firmware: FirmwareFile,
    base_url: str,
    retrieve_at: datetime | None,
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask to download and install a firmware, now or from `retrieve_at` (UpdateFirmware, OCPP 1.6 §5.19).

    Raises:
        UnableToQueueError: the request breaks the schema.
    """
    token = secrets.token_urlsafe(32)
    due_at = max(retrieve_at or now, now)
    payload = {"location": f"{base_url}/files/{token}/{firmware.name}", "retrieveDate": due_at}
    command = queue_command(
        charge_point=charge_point,
        action="UpdateFirmware",
        payload=payload,
        now=now,
        actor=actor,
        details={"version": firmware.version, "sha256": firmware.sha256},
    )
    return create_job(command, JobKind.FIRMWARE, token, due_at=due_at, now=now, firmware=firmware)


@transaction.atomic
def transfer_elsewhere(
    *,
    charge_point: ChargePoint,
    action: str,
    payload: Mapping[str, object],
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask for a transfer to or from another server, as given, and follow it (GetDiagnostics, UpdateFirmware).

    Raises:
        UnableToQueueError: the request breaks the schema.
    """
    command = queue_command(charge_point=charge_point, action=action, payload=payload, now=now, actor=actor)
    kind = JobKind.FIRMWARE if action == "UpdateFirmware" else JobKind.DIAGNOSTICS
    asked = parse_time(str(payload["retrieveDate"])) if kind == JobKind.FIRMWARE else None
    job = create_job(command, kind, secrets.token_urlsafe(32), due_at=max(asked or now, now), now=now)
    job.elsewhere = True
    job.save(update_fields=["elsewhere"])
    return job


def create_job(
    command: Command,
    kind: JobKind,
    token: str,
    *,
    due_at: datetime,
    now: datetime,
    firmware: FirmwareFile | None = None,
    request_id: int | None = None,
    log_type: str = "",
) -> FileJob:
    """Create the job of a command that was queued; `token` is the secret part of the file's address."""
    point = command.charge_point
    return FileJob.objects.create(
        charge_point=point,
        kind=kind,
        command=command,
        firmware=firmware,
        request_id=request_id,
        log_type=log_type,
        token=token,
        created_at=now,
        due_at=due_at,
        expires_at=due_at + LIFETIME,
        updated_at=now,
        requested_name=command.requested_name,
        version_before=point.state.firmware_version if hasattr(point, "state") else "",
    )


def answered(command: Command, state: CommandState, error: str, file_name: str, now: datetime) -> None:
    """Move the job of a command on with its confirmation; `file_name` is that of GetDiagnostics.conf."""
    job = FileJob.objects.select_for_update().filter(command=command, state=FileJobState.REQUESTED).first()
    if job is None:
        return
    if state in REFUSED:
        job.state, job.error = FileJobState.FAILED, error
    elif state == CommandState.ACCEPTED:
        nothing = job.kind in UPLOADS and not file_name and job.received_at is None
        job.state = FileJobState.NOTHING if nothing else FileJobState.ACCEPTED
        job.file_name = (file_name or job.file_name)[:255]
    job.updated_at = now
    job.save(update_fields=["state", "error", "file_name", "updated_at"])


def reported(
    charge_point_id: int, kind: JobKind, status: str, now: datetime, request_id: int | None = None
) -> FileJob | None:
    """Move the newest job of that kind on; return it, or None where the status was not asked for.

    `request_id` names the job where the message has one.
    """
    jobs = FileJob.objects.select_for_update().filter(charge_point_id=charge_point_id, kind=kind)
    if request_id is not None:
        jobs = jobs.filter(request_id=request_id)
    job = jobs.order_by("-id").first()
    if job is None or job.expires_at < now:
        return None
    state = next_state(kind, job.state, status)
    if state is not None:
        job.state, job.updated_at = state, now
        job.error = status if state == FileJobState.FAILED else ""
        job.save(update_fields=["state", "updated_at", "error"])
    return job


@transaction.atomic
def sweep_jobs(*, now: datetime) -> None:
    """See what new firmware was booted, and give up jobs of which nothing more was heard."""
    _see_versions(now)
    refused = FileJob.objects.filter(state=FileJobState.REQUESTED, command__state__in=REFUSED)
    _close(refused, FileJobState.FAILED, now)
    silent = FileJob.objects.filter(state__in=OPEN, due_at__lt=now - SILENCE, updated_at__lt=now - SILENCE)
    _close(silent.filter(received_at__isnull=False), FileJobState.UPLOADED, now)
    _close(silent.filter(received_at__isnull=True), FileJobState.TIMED_OUT, now)


def _see_versions(now: datetime) -> None:
    booted = FileJob.objects.filter(
        kind__in=FIRMWARE,
        version_seen="",
        expires_at__gt=now,
        charge_point__state__booted_at__gt=F("due_at"),
    ).exclude(charge_point__state__firmware_version__in=["", F("version_before")])
    for job in booted.select_related("charge_point__state"):
        job.version_seen = job.charge_point.state.firmware_version[:50]
        job.save(update_fields=["version_seen"])
        if job.state not in GIVEN_UP:
            _close(FileJob.objects.filter(pk=job.pk), FileJobState.INSTALLED, now)


def _close(jobs: QuerySet[FileJob], state: FileJobState, now: datetime) -> None:
    for job in jobs.select_related("charge_point"):
        job.state, job.updated_at = state, now
        job.save(update_fields=["state", "updated_at"])
        publish_after_commit(ChargePointChanged(job.charge_point_id, job.charge_point.site_id))
