"""`local-list`: the local authorization list of a charge point."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Router, Schema, Status

from charging.models import LocalList
from charging.services.local_lists import keep_list, send_list
from evkit.console.api.auth import ApiRequest
from evkit.console.api.resources.commands import QueuedOut
from evkit.console.api.scope import get_charge_point
from evkit.console.api.types import Moment, Strict
from evkit.core.clock import utc_now
from sites.permissions import Right

router = Router(tags=["local lists"])


class LocalListOut(Schema):
    """The list as far as it is known; `entries` is null where only the charge point knows them.

    `version` is -1 for a charge point without lists, null until it told.
    """

    charge_point: str
    state: str
    version: int | None
    entries: list[dict[str, Any]] | None
    kept: bool
    left_out: int
    answer: str
    read_at: Moment | None
    changed_at: Moment | None


class SendIn(Strict):
    """How much of the list is to be sent: `differential` sends all of it where the contents are unknown."""

    update: Literal["full", "differential"] = "differential"


class KeptIn(Strict):
    """Whether evkit sends changes by itself."""

    kept: bool


@router.get("charge-points/{path:identity}/local-list", response=LocalListOut, summary="The local list")
def read_local_list(request: ApiRequest, identity: str) -> LocalListOut:
    """Return what is known of the list of a charge point."""
    point = get_charge_point(request.auth, identity)
    found = LocalList.objects.filter(charge_point=point).first() or LocalList(charge_point=point)
    return _out(found)


@router.post(
    "charge-points/{path:identity}/local-list", response={202: QueuedOut}, summary="Send the local list"
)
def send_local_list(request: ApiRequest, identity: str, wanted: SendIn) -> Status[QueuedOut]:
    """Queue the list that evkit composes of its id tags; the answer is read with `commands/{id}`."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.COMMAND, point.site_id)
    command = send_list(
        charge_point=point, full=wanted.update == "full", now=utc_now(), actor=request.auth.actor
    )
    return Status(202, QueuedOut(id=command.pk, state=command.state))


@router.patch(
    "charge-points/{path:identity}/local-list", response=LocalListOut, summary="Keep the local list"
)
def change_local_list(request: ApiRequest, identity: str, wanted: KeptIn) -> LocalListOut:
    """Choose whether evkit keeps the list up to date by itself."""
    point = get_charge_point(request.auth, identity)
    request.auth.require(Right.COMMAND, point.site_id)
    return _out(keep_list(charge_point=point, kept=wanted.kept, actor=request.auth.actor))


def _out(row: LocalList) -> LocalListOut:
    return LocalListOut(
        charge_point=row.charge_point.identity,
        state=row.state,
        version=row.version,
        entries=row.entries,
        kept=row.kept,
        left_out=row.left_out,
        answer=row.answer,
        read_at=row.read_at,
        changed_at=row.changed_at,
    )
