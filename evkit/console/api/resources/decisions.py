"""`sites/{code}/decisions`: what smart charging decided, as it was (docs/smart-charging.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from chargers.models import Evse
from charging.models import DecisionRecord
from charging.services.smart.decisions import Share, shares_of
from evkit.console.api.auth import ApiRequest
from evkit.console.api.paging import Order, Paging, refuse_unknown_parameters
from evkit.console.api.scope import get_site
from evkit.console.api.types import GivenMoment, Moment, Page
from evkit.core.errors import NotFoundError

router = Router(tags=["sites"])
ORDER: Final = Order("-id", types=[int])
LARGEST_ID: Final = 2**63 - 1
FIGURES: Final = ("limit_w", "base_w", "reserve_w", "used_w", "power_w", "raised", "lowered", "waiting")


class DecisionFilter(Paging):
    """The time of the decisions: from `since` on, before `until`."""

    since: GivenMoment | None = None
    until: GivenMoment | None = None


class DecisionOut(Schema):
    """A decision that changed something; powers in W.

    `used_w` is the most that could be drawn by then, `base_w` and `reserve_w` included; `raised`, `lowered`
    and `waiting` count connectors.
    """

    id: int
    at: Moment
    limit_w: float | None
    base_w: float
    reserve_w: float
    used_w: float
    power_w: float
    raised: int
    lowered: int
    waiting: int


class OverrideOut(Schema):
    """What somebody had decided about a charge."""

    kind: str
    by: str
    reason: str


class ShareOut(Schema):
    """What a connector had, in W, and the code of why; a connector that is gone has no names.

    `change` is 1 if it was told more, -1 if less, else 0.
    """

    charge_point: str | None
    connector: int | None
    share_w: float
    limit_w: float | None
    power_w: float | None
    reason: str
    change: int
    override: OverrideOut | None


class DecisionDetail(DecisionOut):
    """A decision with every connector that charged or might have drawn."""

    connectors: list[ShareOut]


@router.get("sites/{code}/decisions", response=Page[DecisionOut], summary="Decisions of smart charging")
def list_decisions(request: ApiRequest, code: str, wanted: Query[DecisionFilter]) -> Page[DecisionOut]:
    """Return the decisions that changed something, as far as they are kept, the newest first."""
    refuse_unknown_parameters(request, DecisionFilter)
    rows = DecisionRecord.objects.filter(site=get_site(request.auth, code)).defer("shares")
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(at__lt=wanted.until)
    found, cursor = ORDER.page(rows, wanted)
    return Page[DecisionOut](items=[DecisionOut(**_figures(row)) for row in found], next_cursor=cursor)


@router.get("sites/{code}/decisions/{int:number}", response=DecisionDetail, summary="A decision as it was")
def read_decision(request: ApiRequest, code: str, number: int) -> DecisionDetail:
    """Return a decision with the share of every connector and why it had that."""
    site = get_site(request.auth, code)
    row = DecisionRecord.objects.filter(site=site, pk=number).first() if number <= LARGEST_ID else None
    if row is None:
        raise NotFoundError(_("There is no such decision, or it is not kept any more."))
    return DecisionDetail(**_figures(row), connectors=list(_connectors(row)))


def _figures(row: DecisionRecord) -> dict[str, Any]:
    return {"id": row.pk, "at": row.at, **{name: getattr(row, name) for name in FIGURES}}


def _connectors(row: DecisionRecord) -> Iterator[ShareOut]:
    shares = shares_of(row)
    evses = Evse.objects.filter(pk__in=[share.evse_id for share in shares])
    places = {
        pk: (identity, number)
        for pk, identity, number in evses.values_list("pk", "charge_point__identity", "number")
    }
    for share in shares:
        identity, number = places.get(share.evse_id, (None, None))
        yield ShareOut(
            charge_point=identity,
            connector=number,
            share_w=share.share_w,
            limit_w=share.limit_w,
            power_w=share.power_w,
            reason=share.why,
            change=share.change,
            override=_override(share),
        )


def _override(share: Share) -> OverrideOut | None:
    if not share.decided:
        return None
    kind, by, reason = share.decided
    return OverrideOut(kind=kind, by=by, reason=reason)
