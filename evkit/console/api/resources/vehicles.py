"""`vehicles`: what they usually do, their badges, and what they charged on the caller's sites (R25)."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import Field, FiniteFloat

from charging.models import Transaction, Vehicle
from charging.models.id_token import token_key
from charging.services.vehicles import LONGEST_TAG, change_vehicle, create_vehicle, remove_vehicle
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.types import Moment, Page, Priority, Strict, refuse_null
from evkit.console.selectors.vehicles import Presence, listed_vehicles, search_vehicles
from evkit.core.clock import utc_now
from evkit.core.errors import NotFoundError
from sites.permissions import Principal, Right

router = Router(tags=["vehicles"])
ORDER = Order("code", types=[str])
NULLABLE = frozenset({"battery_wh", "departs", "needs_wh"})
PATH = "vehicles/{code}"

WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day as in 06:30, by the clock of the site where the vehicle charges."""

Code = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,64}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Tags = list[Annotated[str, Field(min_length=1, max_length=LONGEST_TAG)]]


class VehicleFilter(Paging):
    """What the list can be narrowed to: words of name, code or badge; a badge; when it was last seen."""

    q: str | None = None
    id_tag: str | None = None
    seen: Presence | None = None


class ChargeOut(Schema):
    """The charge that runs, else the last one; energy in Wh, what is in doubt is null."""

    transaction: int
    open: bool
    site: str
    charge_point: str
    connector: int
    energy_trusted_wh: float | None
    soc_last_percent: float | None


class VehicleOut(Schema):
    """A vehicle; energies in Wh, `departs` by the clock of the site where it charges.

    `tags` is null for callers who may not command. `seen`, `last_seen_at` (now while it charges),
    `last_charge` and `energy_30_days_wh` (trusted, null without a charge) are about the caller's sites.
    """

    code: str
    name: str
    battery_wh: float | None
    priority: int
    departs: str | None
    needs_wh: float | None
    tags: list[str] | None
    seen: Presence
    last_seen_at: Moment | None
    last_charge: ChargeOut | None
    energy_30_days_wh: float | None


class VehicleFields(Strict):
    """What can be told of a vehicle; an absent key changes nothing, `tags` replaces all badges.

    Null says of `battery_wh`, `departs` or `needs_wh` that it is not known.
    """

    battery_wh: FiniteFloat | None = None
    priority: Priority | None = None
    departs: WallTime | None = None
    needs_wh: FiniteFloat | None = None
    tags: Tags | None = None


class VehiclePatch(VehicleFields):
    """What is to change; an absent key changes nothing, `tags` replaces all badges.

    Null says of `battery_wh`, `departs` or `needs_wh` that it is not known.
    """

    name: Name | None = None


class VehicleIn(VehicleFields):
    """A vehicle that is to be: `code` and `name`, and what is known of it; its code never changes."""

    code: Code
    name: Name


@router.get("vehicles", response=Page[VehicleOut], summary="Vehicles by their codes")
def list_vehicles(request: ApiRequest, wanted: Query[VehicleFilter]) -> Page[VehicleOut]:
    """Return the vehicles of the project, with what they charged on the token's sites."""
    refuse_unknown_parameters(request, VehicleFilter)
    tags = request.auth.sees_badges_of_vehicles
    rows = search_vehicles(tags=tags)(_visible(request.auth), wanted.q or "")
    if wanted.id_tag is not None:
        rows = rows.filter(id_tokens__key=token_key(wanted.id_tag)) if tags else rows.none()
    if wanted.seen is not None:
        rows = rows.filter(presence=wanted.seen)
    found, cursor = ORDER.page(rows, wanted)
    return Page[VehicleOut](items=[_out(row, tags=tags) for row in found], next_cursor=cursor)


@router.post("vehicles", response={201: VehicleOut}, summary="Declare a vehicle")
def post_vehicle(request: ApiRequest, wanted: VehicleIn) -> Status[VehicleOut]:
    """Declare a vehicle with its badges; administrators of every site only."""
    request.auth.require(Right.CONFIGURE, None)
    given = _given(wanted)
    row = create_vehicle(code=given.pop("code"), actor=request.auth.actor, **given)
    return Status(201, _told(request.auth, row.code))


@router.get(PATH, response=VehicleOut, summary="One vehicle")
def read_vehicle(request: ApiRequest, code: str) -> VehicleOut:
    """Return a vehicle, with what it charged on the token's sites."""
    return _told(request.auth, code)


@router.patch(PATH, response=VehicleOut, summary="Change a vehicle")
def patch_vehicle(request: ApiRequest, code: str, changes: VehiclePatch) -> VehicleOut:
    """Change a vehicle and its badges, for a running charge at once; administrators of every site only."""
    row = _find(request.auth, code)
    request.auth.require(Right.CONFIGURE, None)
    given = _given(changes)
    tags = given.pop("tags", None)
    change_vehicle(vehicle=row, changes=given, tags=tags, actor=request.auth.actor)
    return _told(request.auth, code)


@router.delete(PATH, response={204: None}, summary="Remove a vehicle")
def delete_one(request: ApiRequest, code: str) -> Status[None]:
    """Remove a vehicle that never charged, else 422; administrators of every site only."""
    row = _find(request.auth, code)
    request.auth.require(Right.CONFIGURE, None)
    remove_vehicle(vehicle=row, actor=request.auth.actor)
    return Status(204, None)


def _visible(principal: Principal) -> QuerySet[Vehicle]:
    """Return the vehicles that a caller may see: all, unless the caller has no site at all."""
    sites = principal.sites()
    rows = listed_vehicles(list(sites), utc_now())
    return rows.none() if principal.site_ids == frozenset() else rows


def _find(principal: Principal, code: str) -> Vehicle:
    row = _visible(principal).filter(code=code).first()
    if row is None:
        raise NotFoundError(_("There is no vehicle “%(code)s”.") % {"code": code})
    return row


def _told(principal: Principal, code: str) -> VehicleOut:
    return _out(_find(principal, code), tags=principal.sees_badges_of_vehicles)


def _given(wanted: VehicleFields) -> dict[str, Any]:
    """Return the columns that are given, and `tags` where badges are.

    Raises:
        InvalidInputError: one is null that cannot be.
    """
    refuse_null(wanted, allowed=NULLABLE)
    given = wanted.model_dump(exclude_unset=True)
    if given.get("departs") is not None:
        given["departs"] = time.fromisoformat(given["departs"])
    return given


def _out(row: Any, *, tags: bool) -> VehicleOut:
    """Return what is told of a row of `listed_vehicles`."""
    return VehicleOut(
        code=row.code,
        name=row.name,
        battery_wh=row.battery_wh,
        priority=row.priority,
        departs=None if row.departs is None else f"{row.departs:%H:%M}",
        needs_wh=row.needs_wh,
        tags=sorted(token.value for token in row.id_tokens.all()) if tags else None,
        seen=Presence(row.presence),
        last_seen_at=row.seen_at,
        last_charge=next(map(_charge, row.last), None),
        energy_30_days_wh=row.recent_wh,
    )


def _charge(row: Transaction) -> ChargeOut:
    site = row.charge_point.site
    assert site is not None  # `listed_vehicles` knows no others
    return ChargeOut(
        transaction=row.number, open=row.ended_at is None, site=site.code,
        charge_point=row.charge_point.identity, connector=row.evse.number,
        energy_trusted_wh=row.trusted_wh, soc_last_percent=row.soc_last_percent,
    )  # fmt: skip
