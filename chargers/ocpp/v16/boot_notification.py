from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.handling import Batch, InboundCall, Payload, Route
from chargers.ocpp.schema import format_time
from chargers.services.boots import BootFacts, register_boot
from chargers.types import Registration

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import BootNotificationReq

STATUSES = {
    Registration.ACCEPTED: "Accepted",
    Registration.PENDING: "Pending",
    Registration.REJECTED: "Rejected",
}


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store what the charge point says of itself; answer with the registry's decision (OCPP 1.6 §4.2)."""
    message: BootNotificationReq = call.message
    facts = BootFacts(
        vendor=message.charge_point_vendor or "",
        model=message.charge_point_model or "",
        serial_number=message.charge_point_serial_number or "",
        charge_box_serial_number=message.charge_box_serial_number or "",
        firmware_version=message.firmware_version or "",
        iccid=message.iccid or "",
        imsi=message.imsi or "",
        meter_type=message.meter_type or "",
        meter_serial_number=message.meter_serial_number or "",
    )
    decision = register_boot(
        charge_point_id=call.link.charge_point_id, facts=facts, at=call.received_at, batch=batch
    )
    call.link.booted = True
    return {
        "currentTime": format_time(batch.now),
        "interval": decision.interval_s,
        "status": STATUSES[Registration(decision.registration)],
    }


ROUTE = Route(handle=handle)
