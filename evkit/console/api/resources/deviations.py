"""`deviations`: how a charge point, and all of its model, depart from the specification."""

from __future__ import annotations

from ninja import Router, Schema

from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment
from evkit.console.selectors.passport import DeviationLine, deviation_lines

router = Router(tags=["charge points"])


class Seen(Schema):
    """How often, and when first and last."""

    count: int
    first_at: Moment
    last_at: Moment


class SeenOfModel(Seen):
    """The same over all charge points of this vendor, model and firmware; `charge_points` show it."""

    charge_points: int


class DeviationLineOut(Seen):
    """A deviation; `detail` is the last one seen, `action` may be empty (the connection itself)."""

    code: str
    action: str
    detail: str
    model: SeenOfModel


class DeviationsOut(Schema):
    """The deviations of a charge point, the latest first."""

    items: list[DeviationLineOut]


@router.get(
    "charge-points/{path:identity}/deviations",
    response=DeviationsOut,
    summary="Departures from the specification",
)
def list_deviations(request: ApiRequest, identity: str) -> DeviationsOut:
    """Return what a charge point does otherwise than OCPP says, beside the sum of its model."""
    point = get_charge_point(request.auth, identity)
    return DeviationsOut(items=[_out(line) for line in deviation_lines(point)])


def _out(line: DeviationLine) -> DeviationLineOut:
    row = line.row
    return DeviationLineOut(
        code=row.code,
        action=row.action,
        detail=row.detail,
        count=row.count,
        first_at=row.first_at,
        last_at=row.last_at,
        model=SeenOfModel(
            charge_points=line.points, count=line.count, first_at=line.first_at, last_at=line.last_at
        ),
    )
