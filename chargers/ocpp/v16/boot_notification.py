from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.ocpp.handling import Batch, InboundCall, Route
from chargers.ocpp.schema import encode, format_time
from chargers.services.boots import BootDecision, BootFacts, BootReport, register_boots
from chargers.services.quirks import quirks_of_many
from chargers.types import Registration

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import BootNotificationReq

STATUSES = {
    Registration.ACCEPTED: "Accepted",
    Registration.PENDING: "Pending",
    Registration.REJECTED: "Rejected",
}


def handle(calls: Sequence[InboundCall], batch: Batch) -> list[bytes]:
    """Store what charge points say of themselves; answer with the registry's decision (OCPP 1.6 §4.2)."""
    decisions = register_boots([_report(call) for call in calls], batch)
    now = format_time(batch.now)
    known = quirks_of_many({call.link.charge_point_id for call in calls})
    for call in calls:
        call.link.booted = True
        call.link.quirks = known.get(call.link.charge_point_id, call.link.quirks)
    return [_answer(decision, now) for decision in decisions]


def _report(call: InboundCall) -> BootReport:
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
    return BootReport(call.link.charge_point_id, facts, call.received_at)


def _answer(decision: BootDecision, now: str) -> bytes:
    return encode(
        {
            "currentTime": now,
            "interval": decision.interval_s,
            "status": STATUSES[Registration(decision.registration)],
        }
    )


ROUTE = Route(handle_many=handle)
