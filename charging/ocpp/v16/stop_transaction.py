from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chargers.device_time import trusted_time
from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Payload, Route
from charging.metering.reading import read_moments
from charging.metering.shapes import shapes
from charging.ocpp.v16.id_tag_info import id_tag_info
from charging.services.stopping import Stop, stop_transaction

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import StopTransactionReq


def handle(call: InboundCall, batch: Batch) -> Payload:
    """Store the end of a transaction (OCPP 1.6 §4.10)."""
    message: StopTransactionReq = call.message
    time = trusted_time(message.timestamp, call.received_at)
    if not time.trusted and time.reported is not None:
        batch.deviate(call, "wrong-clock", time.reason)
    stopped = stop_transaction(
        Stop(
            call=call,
            claimed=message.transaction_id,
            id_tag=(message.id_tag or "").strip(),
            meter_wh=message.meter_stop,
            time=time,
            raw_time=message.timestamp or "",
            reason=message.reason or "",
            moments=read_moments(message.transaction_data or (), call.received_at, shapes),
            payload=msgspec.to_builtins(message),
        ),
        batch,
    )
    if stopped.decision is None:
        return EMPTY
    return {"idTagInfo": id_tag_info(stopped.decision)}


ROUTE = Route(handle=handle)
