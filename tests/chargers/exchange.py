"""Calls, batches and claims as the engine makes them, for tests of handlers and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.db import transaction

from chargers.models import ChargePoint, ChargePointState
from chargers.ocpp.commanding import Answer, CommandRoute
from chargers.ocpp.handling import Batch, InboundCall, Link
from chargers.ocpp.schema import validate_call, validate_result
from chargers.ocpp.v16.table import COMMANDS
from chargers.services.calls import Claim, complete_many
from chargers.services.claims import claim_many

NOW = datetime(2026, 3, 2, 8, 30, 15, 123456, tzinfo=UTC)
_sequence = count(1)


def link_of(charge_point: ChargePoint, *, booted: bool = True) -> Link:
    """A connected link that knows the charge point's connectors."""
    token = uuid4()
    ChargePointState.objects.filter(pk=charge_point.pk).update(connected=True, connection_token=token)
    return Link(
        token=token,
        charge_point_id=charge_point.pk,
        identity=charge_point.identity,
        site_id=charge_point.site_id,
        version="1.6",
        evse_ids=dict(charge_point.evses.values_list("number", "pk")),
        booted=booted,
    )


def call_of(
    link: Link, action: str, payload: Mapping[str, Any], *, at: datetime = NOW, message_id: str = ""
) -> InboundCall:
    """A validated call; later ones have higher sequence numbers."""
    raw = msgspec.json.encode(payload)
    validated = validate_call("1.6", action, raw)
    number = next(_sequence)
    message_id = message_id or f"m-{number}"
    return InboundCall(
        link=link,
        message_id=message_id,
        action=action,
        message=validated.message,
        frame=f'[2,"{message_id}","{action}",{raw.decode()}]',
        deviations=validated.deviations,
        received_at=at,
        sequence=number,
    )


def handled(handle: Callable[..., Any], calls: Any, *, now: datetime = NOW) -> tuple[Any, Batch]:
    """Run a handler as the writer does; return its answer and what it left in the batch."""
    batch = Batch(now)
    with transaction.atomic():
        answer = handle(calls, batch)
    return answer, batch


def codes(batch: Batch) -> list[str]:
    """The codes of the deviations that a batch observed."""
    return [deviation.code for _, deviation in batch.deviations]


def going_on(claim: Claim | None) -> Claim:
    """The next call of a command, which must not be over."""
    assert claim is not None
    return claim


def claim_next(
    charge_point_id: int, token: UUID, batch: Batch, *, routes: Mapping[str, CommandRoute] = COMMANDS
) -> Claim | None:
    """Claim the next command of one charge point."""
    return claim_many([(charge_point_id, token)], batch, routes=routes).get((charge_point_id, token))


class Socket:
    """A charge point's socket as the command pump drives it."""

    def __init__(self, charge_point: ChargePoint, routes: Mapping[str, CommandRoute] = COMMANDS) -> None:
        self.link = link_of(charge_point)
        self.routes = routes
        self.batch = Batch(NOW)

    def claim(self, *, now: datetime = NOW, token: UUID | None = None) -> Claim | None:
        """Claim the next command."""
        self.batch = Batch(now)
        with transaction.atomic():
            return claim_next(
                self.link.charge_point_id, token or self.link.token, self.batch, routes=self.routes
            )

    def expect(self, *, now: datetime = NOW) -> Claim:
        """Claim the next command, which must be there."""
        claim = self.claim(now=now)
        assert claim is not None
        return claim

    def confirm(self, claim: Claim, payload: Mapping[str, Any], *, after_s: float = 1) -> Claim | None:
        """Answer a call with a confirmation."""
        message = validate_result("1.6", claim.action, msgspec.json.encode(payload)).message
        return self._complete(claim, Answer(claim.payload, message=message, payload=payload), after_s)

    def refuse(self, claim: Claim, code: str, description: str = "", *, after_s: float = 1) -> Claim | None:
        """Answer a call with a CALLERROR."""
        return self._complete(
            claim, Answer(claim.payload, error_code=code, error_description=description), after_s
        )

    def ignore(self, claim: Claim) -> Claim | None:
        """Let a call time out."""
        return self._complete(claim, Answer(claim.payload), claim.timeout_s)

    def _complete(self, claim: Claim, answer: Answer, after_s: float) -> Claim | None:
        self.batch = Batch(NOW + timedelta(seconds=after_s))
        with transaction.atomic():
            return complete_many({claim.call_id: answer}, self.batch, routes=self.routes).get(claim.call_id)
