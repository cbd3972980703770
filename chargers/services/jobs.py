"""Firmware updates and uploads as charge points report them (OCPP 1.6 §4.4, §4.5; whitepaper N01, L01)."""

from __future__ import annotations

from datetime import datetime

from chargers.events import ChargePointChanged
from chargers.models import JobStatus
from chargers.ocpp.handling import Batch
from chargers.services.file_jobs import reported
from chargers.types import JobKind
from evkit.core.texts import storable


def store_job_status(
    *,
    charge_point_id: int,
    site_id: int | None,
    kind: JobKind,
    status: str,
    at: datetime,
    batch: Batch,
    request_id: int | None = None,
) -> None:
    """Store a job's status, asked for or not; `request_id` is that of the security extension."""
    status = storable(status, 64)
    job = reported(charge_point_id, kind, status, at, request_id)
    JobStatus.objects.create(charge_point_id=charge_point_id, kind=kind, status=status, at=at, job=job)
    batch.publish(ChargePointChanged(charge_point_id, site_id))
