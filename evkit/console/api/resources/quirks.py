"""`quirks`: what evkit does differently for a charge point."""

from __future__ import annotations

from django.db import transaction
from ninja import Router, Schema
from pydantic import Field

from chargers.models import ChargePoint
from chargers.quirks import read_switches
from chargers.services.quirks import quirks_of, switch_quirk
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Strict
from sites.permissions import Right

router = Router(tags=["charge points"])


class QuirksOut(Schema):
    """`quirks` are those that count now; `switches` what an administrator decided whatever the model."""

    quirks: dict[str, bool]
    switches: dict[str, bool]


class QuirksPatch(Strict):
    """Switches by name; null leaves a quirk to the preset of the model."""

    switches: dict[str, bool | None] = Field(min_length=1, max_length=50)


@router.get("charge-points/{path:identity}/quirks", response=QuirksOut, summary="Quirks of a charge point")
def read_quirks(request: ApiRequest, identity: str) -> QuirksOut:
    """Return what evkit does differently for a charge point."""
    return _out(get_charge_point(request.auth, identity))


@router.patch("charge-points/{path:identity}/quirks", response=QuirksOut, summary="Switch quirks")
def patch_quirks(request: ApiRequest, identity: str, changes: QuirksPatch) -> QuirksOut:
    """Switch quirks on, off, or back to the preset; administrators only."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.CONFIGURE, point.site_id)
    with transaction.atomic():
        for name, on in changes.switches.items():
            switch_quirk(charge_point=point, name=name, on=on, actor=request.auth.actor)
    return _out(get_charge_point(request.auth, identity))


def _out(point: ChargePoint) -> QuirksOut:
    counting = quirks_of(point)
    names = counting.__dataclass_fields__
    return QuirksOut(
        quirks={name: getattr(counting, name) for name in names},
        switches=read_switches(point.quirk_switches),
    )
