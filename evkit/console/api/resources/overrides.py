"""`override`: boost or hold the charge of a connector until a moment."""

from __future__ import annotations

from typing import Literal

from ninja import Router, Schema, Status
from pydantic import Field

from charging.models import ChargeOverride
from charging.services.overriding import end_override, override_charge
from charging.types import OverrideKind
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_connector
from evkit.console.api.types import GivenMoment, Moment, Strict
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["smart charging"])
PATH = "charge-points/{path:identity}/connectors/{int:connector}/override"


class OverrideIn(Strict):
    """What is decided about a running charge: boosted before all others, or held at no power."""

    kind: Literal["boost", "hold"]
    until: GivenMoment
    reason: str = Field(min_length=1, max_length=200)


class OverrideOut(Schema):
    """What is in force about a running charge."""

    transaction: int
    kind: str
    reason: str
    since: Moment
    until: Moment
    by: str


@router.get(PATH, response=OverrideOut | None, summary="Whether a charge is boosted or held")
def read_override(request: ApiRequest, identity: str, connector: int) -> OverrideOut | None:
    """Return what is in force about the charge of a connector, null where nothing is."""
    evse = get_connector(request.auth, identity, connector, Right.VIEW)
    row = ChargeOverride.objects.in_force(utc_now()).filter(transaction__evse=evse).first()
    return None if row is None else _out(row)


@router.put(PATH, response=OverrideOut, summary="Boost or hold the charge of a connector")
def put_override(request: ApiRequest, identity: str, connector: int, wanted: OverrideIn) -> OverrideOut:
    """Boost or hold a charge; 422 where none runs, smart charging is off, or the end is not near."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    row = override_charge(
        evse=evse, kind=OverrideKind(wanted.kind), until=wanted.until, reason=wanted.reason, now=utc_now(),
        actor=request.auth.actor,
    )  # fmt: skip
    return _out(row)


@router.delete(PATH, response={204: None}, summary="Let a charge follow the rule of its site again")
def delete_override(request: ApiRequest, identity: str, connector: int) -> Status[None]:
    """Take back what is in force; 422 where nothing is."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    end_override(evse=evse, now=utc_now(), actor=request.auth.actor)
    return Status(204, None)


def _out(row: ChargeOverride) -> OverrideOut:
    return OverrideOut(
        transaction=row.transaction_id, kind=row.kind, reason=row.reason, since=row.since, until=row.until,
        by=row.set_name,
    )  # fmt: skip
