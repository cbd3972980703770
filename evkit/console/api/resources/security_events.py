"""`security-events`: what charge points tell of their security."""

from __future__ import annotations

from ninja import Query, Router, Schema

from chargers.models import SecurityEvent
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment, Page

router = Router(tags=["security"])
ORDER = Order("-id", types=[int])


class SecurityEventFilter(Paging):
    """What the list can be narrowed to."""

    critical: bool | None = None


class SecurityEventOut(Schema):
    """An event; `critical` as the security whitepaper (§8) has it, `at` by the charge point's clock."""

    id: int
    charge_point: str
    type: str
    critical: bool
    tech_info: str
    at: Moment
    received_at: Moment


@router.get(
    "charge-points/{path:identity}/security-events",
    response=Page[SecurityEventOut],
    summary="Security events",
)
def list_security_events(
    request: ApiRequest, identity: str, wanted: Query[SecurityEventFilter]
) -> Page[SecurityEventOut]:
    """Return the security events that a charge point told of, the newest first."""
    refuse_unknown_parameters(request, SecurityEventFilter)
    point = get_charge_point(request.auth, identity)
    rows = SecurityEvent.objects.filter(charge_point=point).select_related("charge_point")
    if wanted.critical is not None:
        rows = rows.filter(critical=wanted.critical)
    found, cursor = ORDER.page(rows, wanted)
    return Page[SecurityEventOut](items=[_out(row) for row in found], next_cursor=cursor)


def _out(row: SecurityEvent) -> SecurityEventOut:
    return SecurityEventOut(
        id=row.pk,
        charge_point=row.charge_point.identity,
        type=row.type,
        critical=row.critical,
        tech_info=row.tech_info,
        at=row.at,
        received_at=row.received_at,
    )
