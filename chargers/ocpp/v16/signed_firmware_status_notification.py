from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Payload, Route
from chargers.services.jobs import store_job_status
from chargers.types import JobKind

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import SignedFirmwareStatusNotificationReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store the progress of a signed firmware update, asked for or not (security whitepaper, L01)."""
    message: SignedFirmwareStatusNotificationReq = call.message
    store_job_status(
        charge_point_id=call.link.charge_point_id,
        site_id=call.link.site_id,
        kind=JobKind.SIGNED_FIRMWARE,
        status=message.status,
        at=call.received_at,
        batch=batch,
        request_id=message.request_id,
    )
    return EMPTY


ROUTE = Route(handle=handle)
