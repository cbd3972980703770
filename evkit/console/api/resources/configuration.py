"""`configuration`: the keys of a charge point, as reported and as desired."""

from __future__ import annotations

from django.db import transaction
from ninja import Router, Schema
from pydantic import Field

from chargers.services.desired import change_desired
from evkit.console.api.auth import ApiRequest
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment, Strict
from evkit.console.selectors.configuration import KeyLine, configuration_lines
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["configuration"])


class KeyOut(Schema):
    """A configuration key; `kept` is "point", "site" or "" and tells who desires `desired`.

    Without anybody `desired` is what the charge point accepted last. Secrets have no values.
    """

    key: str
    value: str | None
    readonly: bool
    known: bool
    reported_at: Moment | None
    desired: str | None
    desired_at: Moment | None
    kept: str
    drift: bool


class KeysOut(Schema):
    """The keys of a charge point; `reboot_required`: a change waits for a restart."""

    items: list[KeyOut]
    reboot_required: bool


class DesiredIn(Strict):
    """Values to keep by key; null lets the site decide again."""

    desired: dict[str, str | None] = Field(min_length=1, max_length=100)


@router.get("charge-points/{path:identity}/configuration", response=KeysOut, summary="Configuration keys")
def read_configuration(request: ApiRequest, identity: str) -> KeysOut:
    """Return the keys of a charge point by name."""
    return _out(request, identity)


@router.patch("charge-points/{path:identity}/configuration", response=KeysOut, summary="Keep values of keys")
def change_configuration(request: ApiRequest, identity: str, wanted: DesiredIn) -> KeysOut:
    """Keep values: evkit asks the charge point for them until it reports them, also after a restart."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.COMMAND, point.site_id)
    with transaction.atomic():
        for key, value in wanted.desired.items():
            change_desired(charge_point=point, key=key, value=value, now=utc_now(), actor=request.auth.actor)
    return _out(request, identity)


def _out(request: ApiRequest, identity: str) -> KeysOut:
    point = get_charge_point(request.auth, identity)
    return KeysOut(
        items=[_key(line) for line in configuration_lines(point.pk)],
        reboot_required=getattr(getattr(point, "state", None), "reboot_required", False),
    )


def _key(line: KeyLine) -> KeyOut:
    return KeyOut(
        key=line.key,
        value=line.value,
        readonly=line.readonly,
        known=line.known,
        reported_at=line.reported_at,
        desired=line.desired,
        desired_at=line.desired_at,
        kept=line.kept,
        drift=line.drifts,
    )
