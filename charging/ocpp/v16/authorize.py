from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.events import ChargePointChanged
from chargers.ocpp.handling import Batch, Deferred, InboundCall, Payload, Route
from charging.ocpp.v16.id_tag_info import id_tag_info
from charging.services.authorization import OPERATOR_PATIENCE, authorize
from evkit.core.texts import storable

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import AuthorizeReq


def handle(call: InboundCall, batch: Batch) -> Payload | Deferred:
    """Decide about an id tag (OCPP 1.6 §4.1); an operator may be asked about an unknown one."""
    message: AuthorizeReq = call.message
    decision = authorize(
        charge_point_id=call.link.charge_point_id,
        id_tag=message.id_tag,
        at=call.received_at,
        remember=True,
    )
    payload = {"idTagInfo": id_tag_info(decision)}
    if not decision.ask_operator:
        batch.publish(ChargePointChanged(call.link.charge_point_id, call.link.site_id))
        return payload
    return Deferred(
        deadline=batch.now + OPERATOR_PATIENCE,
        default=payload,
        request={"idTag": storable(message.id_tag, 255)},
    )


ROUTE = Route(handle=handle)
