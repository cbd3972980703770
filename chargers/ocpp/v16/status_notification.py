from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.device_time import DeviceTime, trusted_time
from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Route
from chargers.services.evses import is_connector
from chargers.services.statuses import StatusReport, store_statuses
from evkit.core.texts import storable

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import StatusNotificationReq

_MAX_STATUS = 16
"""Longest status that is kept; unknown ones are kept as they came, the schema has noted them."""


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
        status=storable(message.status, _MAX_STATUS),
        error_code=message.error_code or "",
        vendor_error_code=message.vendor_error_code or "",
        info=message.info or "",
        device_at=device.at if device is not None and device.trusted else None,
        clock_offset_s=_offset_s(device, call),
    )


def _offset_s(device: DeviceTime | None, call: InboundCall) -> float | None:
    """Return how far the device's clock is ahead of ours, in s."""
    if device is None or device.reported is None:
        return None
    return (device.reported - call.received_at).total_seconds()


ROUTE = Route(handle_many=handle)
