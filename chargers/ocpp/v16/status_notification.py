from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.device_time import trusted_time
from chargers.ocpp.deviations import printable
from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Route
from chargers.services.evses import is_connector
from chargers.services.statuses import StatusReport, store_statuses
from chargers.types import ConnectorStatus
from evkit.core.texts import storable

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import StatusNotificationReq

_KNOWN = {status.value.lower(): status.value for status in ConnectorStatus}
_MAX_STATUS = 16


def handle(calls: Sequence[InboundCall], batch: Batch) -> list[bytes]:
    """Store the statuses of charge points and connectors (OCPP 1.6 §4.9)."""
    store_statuses([_report(call, batch) for call in calls], batch)
    return [EMPTY] * len(calls)


def _report(call: InboundCall, batch: Batch) -> StatusReport:
    message: StatusNotificationReq = call.message
    if not call.link.booted:
        batch.deviate(call, "no-boot", "a status before any boot on this connection")
    number = message.connector_id
    if number != 0 and not is_connector(number):
        batch.deviate(call, "connector-out-of-range", "the status of an impossible connector is not kept")
    device = trusted_time(message.timestamp, call.received_at) if message.timestamp else None
    return StatusReport(
        call=call,
        number=number,
        status=_status(call, str(message.status or ""), batch),
        error_code=message.error_code or "",
        vendor_error_code=message.vendor_error_code or "",
        info=message.info or "",
        device_at=device.at if device is not None and device.trusted else None,
    )


def _status(call: InboundCall, text: str, batch: Batch) -> str:
    """Return the status in its own spelling; an unknown one is kept as it came."""
    known = _KNOWN.get(text.strip().lower())
    if not known:
        batch.deviate(call, "unknown-status", f"status: {printable(text)}")
        return storable(text, _MAX_STATUS)
    if known != text:
        batch.deviate(call, "status-spelling", f"status: {printable(text)}")
    return known


ROUTE = Route(handle_many=handle)
