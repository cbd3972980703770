from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Payload, Route
from chargers.services.jobs import store_job_status
from chargers.types import JobKind

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import DiagnosticsStatusNotificationReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store the progress of a diagnostics upload, asked for or not (OCPP 1.6 §4.4)."""
    message: DiagnosticsStatusNotificationReq = call.message
    store_job_status(
        charge_point_id=call.link.charge_point_id,
        site_id=call.link.site_id,
        kind=JobKind.DIAGNOSTICS,
        status=str(message.status or ""),
        at=call.received_at,
        batch=batch,
    )
    return EMPTY


ROUTE = Route(handle=handle)
