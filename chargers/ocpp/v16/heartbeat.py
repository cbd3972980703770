from __future__ import annotations

from collections.abc import Sequence

from chargers.ocpp.handling import Batch, InboundCall, Route
from chargers.ocpp.schema import format_time
from chargers.services.heartbeats import note_seen


def handle(calls: Sequence[InboundCall], batch: Batch) -> list[bytes]:
    """Answer heartbeats with the time (OCPP 1.6 §4.6)."""
    note_seen((call.link.charge_point_id, call.received_at) for call in calls)
    answer = b'{"currentTime":"%s"}' % format_time(batch.now).encode()
    return [answer] * len(calls)


ROUTE = Route(handle_many=handle)
