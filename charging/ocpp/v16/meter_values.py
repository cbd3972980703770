from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chargers.ocpp.handling import EMPTY, Batch, InboundCall, Route
from charging.metering.reading import read_moments
from charging.metering.shapes import shapes
from charging.services.metering import MeterReport, record_meter_values

if TYPE_CHECKING:
    from chargers.ocpp.v16.messages import MeterValuesReq


def handle(calls: Sequence[InboundCall], batch: Batch) -> list[bytes]:
    """Store meter values of connectors and main meters (OCPP 1.6 §4.7)."""
    record_meter_values([_report(call) for call in calls], batch)
    return [EMPTY] * len(calls)


def _report(call: InboundCall) -> MeterReport:
    message: MeterValuesReq = call.message
    return MeterReport(
        call,
        message.connector_id,
        message.transaction_id,
        read_moments(message.meter_value, call.received_at, shapes),
    )


ROUTE = Route(handle_many=handle)
