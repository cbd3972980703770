"""Logs and signed firmware: the file jobs of the security extension (security whitepaper, N01, L01)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from chargers.events import ChargePointChanged
from chargers.models import ChargePoint, Command, FileJob, FirmwareFile
from chargers.ocpp.handling import Batch
from chargers.ocpp.times import parse_time
from chargers.services.commands import queue_command
from chargers.services.file_jobs import create_job
from chargers.services.file_transitions import OPEN
from chargers.services.signatures import require_valid_now
from chargers.types import FileJobState, JobKind, LogType
from evkit.core.errors import InvalidInputError
from evkit.core.recorders import SYSTEM, Actor

MAX_ID: Final = 2**31 - 1


@transaction.atomic
def request_log(
    *,
    charge_point: ChargePoint,
    log_type: LogType,
    base_url: str,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask for a log of a period, to be uploaded to evkit (GetLog, N01).

    `base_url` is where the charge point reaches evkit.

    Raises:
        UnableToQueueError: the request breaks the schema.
    """
    token, number = secrets.token_urlsafe(32), new_request_id()
    log: dict[str, object] = {"remoteLocation": f"{base_url}/files/{token}/"}
    log |= {key: at for key, at in (("oldestTimestamp", since), ("latestTimestamp", until)) if at}
    payload = {"logType": log_type.value, "requestId": number, "log": log}
    command = queue_command(charge_point=charge_point, action="GetLog", payload=payload, now=now, actor=actor)
    return create_job(
        command, JobKind.LOG, token, due_at=now, now=now, request_id=number, log_type=log_type.value
    )


@transaction.atomic
def update_signed_firmware(
    *,
    charge_point: ChargePoint,
    firmware: FirmwareFile,
    base_url: str,
    retrieve_at: datetime | None,
    install_at: datetime | None,
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask to download, check and install a signed firmware (SignedUpdateFirmware, L01).

    Raises:
        InvalidInputError: the file is not signed, or its certificate is not valid now (A00.FR.706).
        UnableToQueueError: the request breaks the schema.
    """
    if not firmware.signed:
        raise InvalidInputError(_("This firmware has no signature."), field="firmware")
    require_valid_now(firmware.signing_certificate, now)
    token, number = secrets.token_urlsafe(32), new_request_id()
    due_at = max(retrieve_at or now, now)
    file: dict[str, object] = {
        "location": f"{base_url}/files/{token}/{firmware.name}",
        "retrieveDateTime": due_at,
        "signingCertificate": firmware.signing_certificate,
        "signature": firmware.signature,
    }
    if install_at:
        file["installDateTime"] = install_at
    command = queue_command(
        charge_point=charge_point,
        action="SignedUpdateFirmware",
        payload={"requestId": number, "firmware": file},
        now=now,
        actor=actor,
        details={"version": firmware.version, "sha256": firmware.sha256},
    )
    return create_job(
        command,
        JobKind.SIGNED_FIRMWARE,
        token,
        due_at=max(due_at, install_at or now),
        now=now,
        firmware=firmware,
        request_id=number,
    )


@transaction.atomic
def follow_elsewhere(
    *,
    charge_point: ChargePoint,
    action: str,
    payload: Mapping[str, Any],
    now: datetime,
    actor: Actor = SYSTEM,
) -> FileJob:
    """Ask for a transfer to or from another server, as given, and follow it (GetLog, SignedUpdateFirmware).

    Raises:
        UnableToQueueError: the request breaks the schema.
    """
    command = queue_command(charge_point=charge_point, action=action, payload=payload, now=now, actor=actor)
    firmware = payload.get("firmware", {})
    asked = [parse_time(firmware.get(name)) for name in ("retrieveDateTime", "installDateTime")]
    job = create_job(
        command,
        JobKind.LOG if action == "GetLog" else JobKind.SIGNED_FIRMWARE,
        secrets.token_urlsafe(32),
        due_at=max([now, *(at for at in asked if at)]),
        now=now,
        request_id=payload["requestId"],
        log_type=payload.get("logType", ""),
    )
    job.elsewhere = True
    job.save(update_fields=["elsewhere"])
    return job


def cancel_older(command: Command, batch: Batch) -> None:
    """End the open jobs that the charge point dropped for a newer one (N01.FR.11, L01.FR.26)."""
    job = FileJob.objects.filter(command=command).first()
    if job is None:
        return
    mine = FileJob.objects.filter(charge_point_id=job.charge_point_id, kind=job.kind, pk__lt=job.pk)
    if mine.filter(state__in=OPEN).update(state=FileJobState.CANCELLED, updated_at=batch.now):
        batch.publish(ChargePointChanged(job.charge_point_id, command.charge_point.site_id))


def new_request_id() -> int:
    """Return a positive 32-bit number that no other request of the charge point is likely to have."""
    return secrets.randbelow(MAX_ID) + 1
