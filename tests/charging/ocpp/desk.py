"""A charge point's calls, handled as the engine does, without a socket."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from chargers.models import ChargePoint
from chargers.ocpp.handling import Batch, Deferred, InboundCall, Link
from chargers.ocpp.schema import encode, validate_call
from charging.ocpp.v16.table import ROUTES

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


class Desk:
    """Handles calls of one charge point; `events` and `codes` are what the last ones left behind."""

    def __init__(self, charge_point: ChargePoint) -> None:
        self.charge_point = charge_point
        self.link = Link(
            token=uuid4(),
            charge_point_id=charge_point.pk,
            identity=charge_point.identity,
            site_id=charge_point.site_id,
            version="1.6",
            evse_ids=dict(charge_point.evses.values_list("number", "pk")),
            booted=True,
        )
        self.sequence = itertools.count(1)
        self.batch = Batch(NOW)

    def inbound(self, action: str, payload: dict[str, Any] | str, at: datetime = NOW) -> InboundCall:
        """Return a validated call received at `at`."""
        raw = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        validated = validate_call("1.6", action, raw)
        sequence = next(self.sequence)
        return InboundCall(
            link=self.link,
            message_id=f"m{sequence}",
            action=action,
            message=validated.message,
            frame="",
            deviations=validated.deviations,
            received_at=at,
            sequence=sequence,
        )

    def send(self, action: str, payload: dict[str, Any] | str, at: datetime = NOW) -> Any:
        """Return the answer to a call, as JSON types (or the Deferred)."""
        return self.send_all([self.inbound(action, payload, at)], at)[0]

    def send_all(self, calls: list[InboundCall], at: datetime = NOW) -> list[Any]:
        """Return the answers to calls of one action that are handled in one batch."""
        self.batch = Batch(at)
        route = ROUTES[calls[0].action]
        with transaction.atomic():
            if route.handle_many is not None:
                answers = list(route.handle_many(calls, self.batch))
            else:
                assert route.handle is not None
                answers = [route.handle(call, self.batch) for call in calls]
        return [_plain(answer) for answer in answers]

    @property
    def codes(self) -> list[str]:
        """The deviations that the handlers recorded for the last batch."""
        return sorted(deviation.code for _, deviation in self.batch.deviations)


def _plain(answer: Any) -> Any:
    if isinstance(answer, Deferred):
        return answer
    return json.loads(answer if isinstance(answer, bytes) else encode(answer))
