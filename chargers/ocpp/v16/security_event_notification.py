from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Payload, Route
from chargers.ocpp.times import is_plausible, parse_time
from chargers.services.security_events import ToldEvent, store_security_event

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import SecurityEventNotificationReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store a security event (security whitepaper, A04)."""
    message: SecurityEventNotificationReq = call.message
    at = parse_time(message.timestamp)
    event = ToldEvent(
        charge_point_id=call.link.charge_point_id,
        site_id=call.link.site_id,
        type=message.type,
        at=at if at and is_plausible(at) else None,
        tech_info=message.tech_info or "",
    )
    store_security_event(event, message_id=call.message_id, at=call.received_at, batch=batch)
    return EMPTY


ROUTE = Route(handle=handle)
