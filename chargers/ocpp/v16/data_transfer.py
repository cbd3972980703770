from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.deviations import printable
from chargers.ocpp.handling import Batch, InboundCall, Payload, Route
from chargers.services.vendor_messages import (
    ACCEPTED,
    UNKNOWN,
    VendorData,
    harmless_vendors,
    store_vendor_message,
)

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import DataTransferReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store a vendor's message; UnknownVendorId unless somebody understands it (OCPP 1.6 §4.3)."""
    message: DataTransferReq = call.message
    data = VendorData(
        charge_point_id=call.link.charge_point_id,
        vendor_id=message.vendor_id or "",
        message_id=message.message_id or "",
        data=message.data or "",
    )
    store_vendor_message(data, ocpp_message_id=call.message_id, at=call.received_at)
    answer = harmless_vendors().answer(data)
    if answer is None and call.link.quirks.vendor_talk:
        answer = ACCEPTED
    if answer is None:
        batch.deviate(
            call, "unknown-vendor", f"{printable(data.vendor_id)} {printable(data.message_id)}".strip()
        )
        answer = UNKNOWN
    return {"status": answer.status} | ({} if answer.data is None else {"data": answer.data})


ROUTE = Route(handle=handle)
