"""`charge-points`: what is declared of them, what they told of themselves, and their state now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from chargers.models import ChargePoint, EvseState
from chargers.services.topology import update_charge_point
from chargers.types import ConnectorStatus, Division, SiteMeter
from charging.models import Transaction
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.resources.charge_point_shape import ChargePointOut, charge_point_out
from evkit.console.api.scope import get_charge_point, visible_charge_points
from evkit.console.api.types import AsAbove, Page, Priority, Strict, refuse_null
from evkit.core.errors import InvalidInputError
from sites.permissions import Right

router = Router(tags=["charge points"])
ORDER = Order("identity", types=[str])
LINK_STATES = {"connected": True, "disconnected": False}
NoMeter = Literal[""]
STATUSES = {status.lower(): status for status in ConnectorStatus.values if status}


class ChargePointFilter(Paging):
    """What the list can be narrowed to.

    `state` is "connected", "disconnected", or a connector status such as "Charging": then at least one
    connector has it.
    """

    site: str | None = None
    state: str | None = None


class ChargePointSettings(Schema):
    """What is decided about a charge point; an empty `division` is that of the site.

    With `site_meter` "base" its connector 0 measures what the site draws beside its charge points.
    """

    identity: str
    priority: int
    division: str
    site_meter: str


class ChargePointPatch(Strict):
    """What is to change; an absent key changes nothing."""

    priority: Priority | None = None
    division: Division | AsAbove | None = None
    site_meter: SiteMeter | NoMeter | None = None


@router.get("charge-points", response=Page[ChargePointOut], summary="Charge points, by identity")
def list_charge_points(request: ApiRequest, wanted: Query[ChargePointFilter]) -> Page[ChargePointOut]:
    """Return the charge points of the token's sites."""
    refuse_unknown_parameters(request, ChargePointFilter)
    rows = _with_state(visible_charge_points(request.auth))
    if wanted.site is not None:
        rows = rows.filter(site__code=wanted.site)
    if wanted.state is not None:
        rows = _in_state(rows, wanted.state)
    found, cursor = ORDER.page(rows, wanted)
    return Page[ChargePointOut](items=_out(found), next_cursor=cursor)


@router.get("charge-points/{path:identity}", response=ChargePointOut, summary="One charge point")
def read_charge_point(request: ApiRequest, identity: str) -> ChargePointOut:
    """Return a charge point with its connectors."""
    found = get_charge_point(request.auth, identity)
    return _out([_with_state(ChargePoint.objects.all()).get(pk=found.pk)])[0]


@router.patch(
    "charge-points/{path:identity}",
    response=ChargePointSettings,
    summary="Change priority, division and site meter of a charge point",
)
def patch_charge_point(request: ApiRequest, identity: str, changes: ChargePointPatch) -> ChargePointSettings:
    """Change a charge point; administrators only."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.CONFIGURE, point.site_id)
    refuse_null(changes)
    given = {name: value if name == "priority" else str(value)
             for name, value in changes.model_dump(exclude_unset=True).items()}  # fmt: skip
    with transaction.atomic():
        row = ChargePoint.objects.select_for_update(of=("self",)).get(pk=point.pk)
        row = update_charge_point(charge_point=row, changes=given, actor=request.auth.actor)
    return ChargePointSettings(
        identity=row.identity, priority=row.priority, division=row.division, site_meter=row.site_meter
    )


def _with_state(rows: QuerySet[ChargePoint]) -> QuerySet[ChargePoint]:
    """Load what the answer shows in three queries, however many rows there are."""
    return rows.select_related("state", "site", "feeder").prefetch_related("evses__state")


def _in_state(rows: QuerySet[ChargePoint], state: str) -> QuerySet[ChargePoint]:
    if state in LINK_STATES:
        return rows.filter(state__connected=LINK_STATES[state])
    status = STATUSES.get(state.lower())
    if status is None:
        message = _("“%(state)s” is not a state; known are: %(known)s.")
        known = ", ".join([*LINK_STATES, *STATUSES.values()])
        raise InvalidInputError(message % {"state": state, "known": known}, field="state")
    having = EvseState.objects.filter(evse__charge_point=OuterRef("pk"), status=status)
    return rows.filter(Exists(having))


def _out(rows: Sequence[ChargePoint]) -> list[ChargePointOut]:
    open_numbers = _open_transactions(rows)
    return [charge_point_out(row, open_numbers) for row in rows]


def _open_transactions(rows: Iterable[ChargePoint]) -> dict[int, int]:
    """Return the number of the open transaction by EVSE."""
    open_ones = Transaction.objects.open().filter(charge_point__in=[row.pk for row in rows])
    return dict(open_ones.values_list("evse_id", "number"))
