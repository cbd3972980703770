"""Old rows of all kinds, for the tests of retention and archives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from chargers.models import Command, CommandCall, FileJob, JobStatus
from charging.models import MeterSample, OperationBatch, OperationLine, Pause, Reservation
from evkit.core.recorders import SYSTEM
from history.models import AuditEntry
from history.services.retention import change_retention
from tests.factories import IdTokenFactory, TransactionFactory

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
OLD = datetime(2026, 1, 10, 10, tzinfo=UTC)


def keep(**days: int | None) -> None:
    archived = bool(days.pop("archived", 0))
    change_retention(days=days, archived=archived, actor=SYSTEM)


def measure(evse, at, **values: Any) -> None:
    MeterSample.objects.create(
        charge_point_id=evse.charge_point_id, evse_number=evse.number, measured_at=at, received_at=at,
        fingerprint=int(at.timestamp()), packed=[1.0, 2.5], **values,
    )  # fmt: skip


def fill(evse) -> None:
    for at in (OLD, OLD + timedelta(days=3), OLD + timedelta(days=40), NOW - timedelta(hours=1)):
        measure(evse, at, power_w=7.0)


def samples() -> list[Any]:
    return list(MeterSample.objects.order_by("measured_at").values())


def reserve(evse, connector: int, ended: datetime | None) -> Reservation:
    return Reservation.objects.create(
        charge_point=evse.charge_point, connector=connector, id_token=IdTokenFactory(), created_at=OLD,
        expires_at=OLD + timedelta(hours=1), ended_at=ended, state="expired" if ended else "accepted",
    )  # fmt: skip


def file_job(evse, **values: Any) -> FileJob:
    job = FileJob.objects.create(
        charge_point=evse.charge_point, token=str(uuid4()), created_at=OLD, due_at=OLD, expires_at=OLD,
        updated_at=OLD, **{"kind": "diagnostics", "state": "uploaded", **values},
    )  # fmt: skip
    JobStatus.objects.create(
        charge_point=evse.charge_point, kind=job.kind, status="Uploaded", at=OLD, job=job
    )
    return job


def audit(at: datetime, site: Any = None, *, user_name: str = "ada", verb: str = "reset") -> AuditEntry:
    return AuditEntry.objects.create(
        at=at, user_name=user_name, verb=verb, object_type="x", object_key="y", site=site, details={"a": 1}
    )


def command(evse, at, **values: Any) -> Command:
    given = {"action": "RemoteStopTransaction", "state": "accepted", "finished_at": at, **values}
    row = Command.objects.create(
        charge_point=evse.charge_point, evse_number=evse.number, created_at=at, deadline=at, **given
    )
    CommandCall.objects.create(command=row, message_id=str(uuid4()), sent_at=at)
    return row


def pause(evse, command: Command) -> Pause:
    charge = TransactionFactory(evse=evse, started_at=OLD, ended_at=OLD + timedelta(hours=1))
    return Pause.objects.create(
        transaction=charge, evse=evse, command=command, profile_id=1, stack_level=1, since=OLD
    )


def operation(evse, command: Command) -> OperationBatch:
    batch = OperationBatch.objects.create(
        site=evse.charge_point.site, operation="stop", token=uuid4(), created_at=OLD
    )
    OperationLine.objects.create(batch=batch, position=0, charge_point=evse.charge_point, command=command)
    return batch
