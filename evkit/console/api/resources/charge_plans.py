"""`plan`: when the vehicle that charges on a connector leaves, what it needs until then, its priority."""

from __future__ import annotations

from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import Field

from charging.models import ChargePlan
from charging.services.charge_plans import Wishes, forget_plan, plan_charge
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_connector
from evkit.console.api.types import GivenMoment, Moment, Priority, Strict
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["smart charging"])
MOST_WH = 1_000_000_000
PATH = "charge-points/{path:identity}/connectors/{int:connector}/plan"


class PlanIn(Strict):
    """A departure, the energy in Wh that the charge delivers in all until then, a priority; one at least."""

    departs_at: GivenMoment | None = None
    energy_wh: Annotated[float, Field(gt=0, le=MOST_WH, strict=True)] | None = None
    priority: Priority | None = None


class PlanOut(Schema):
    """The plan of a running charge."""

    transaction: int
    departs_at: Moment | None
    energy_wh: float | None
    priority: int | None
    by: str


@router.get(PATH, response=PlanOut | None, summary="The plan of a running charge")
def read_plan(request: ApiRequest, identity: str, connector: int) -> PlanOut | None:
    """Return the plan of the charge that runs on a connector, null where it has none."""
    evse = get_connector(request.auth, identity, connector, Right.VIEW)
    row = ChargePlan.objects.filter(transaction__evse=evse, transaction__ended_at=None).first()
    return None if row is None else _out(row)


@router.put(PATH, response=PlanOut, summary="Say when a vehicle leaves and what it needs")
def put_plan(request: ApiRequest, identity: str, connector: int, wanted: PlanIn) -> PlanOut:
    """Plan a charge; 422 where none runs, or the departure is not within seven days."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    wishes = Wishes(wanted.departs_at, wanted.energy_wh, wanted.priority)
    return _out(plan_charge(evse=evse, wishes=wishes, now=utc_now(), actor=request.auth.actor))


@router.delete(PATH, response={204: None}, summary="Take the plan of a charge back")
def delete_plan(request: ApiRequest, identity: str, connector: int) -> Status[None]:
    """Forget the plan; 422 where there is none."""
    evse = get_connector(request.auth, identity, connector, Right.COMMAND)
    forget_plan(evse=evse, actor=request.auth.actor)
    return Status(204, None)


def _out(row: ChargePlan) -> PlanOut:
    return PlanOut(
        transaction=row.transaction_id, departs_at=row.departs_at, energy_wh=row.energy_wh,
        priority=row.priority, by=row.set_name,
    )  # fmt: skip
