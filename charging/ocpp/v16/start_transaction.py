from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.device_time import trusted_time
from chargers.ocpp.handling import Batch, InboundCall, Payload, Route
from charging.ocpp.v16.id_tag_info import id_tag_info
from charging.services.starting import Start, start_transaction

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import StartTransactionReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store the start of a transaction (OCPP 1.6 §4.8)."""
    message: StartTransactionReq = call.message
    time = trusted_time(message.timestamp, call.received_at)
    if not time.trusted and time.reported is not None:
        batch.deviate(call, "wrong-clock", time.reason)
    started = start_transaction(
        Start(
            call=call,
            connector=message.connector_id,
            id_tag=message.id_tag,
            meter_wh=message.meter_start,
            time=time,
            raw_time=message.timestamp or "",
            reservation_id=message.reservation_id,
        ),
        batch,
    )
    return {"transactionId": started.number, "idTagInfo": id_tag_info(started.decision)}


ROUTE = Route(handle=handle)
