"""`messages`: the raw frames of charge points, with both times and deviations."""

from __future__ import annotations

from datetime import datetime

from ninja import Query, Router, Schema

from chargers.models import ChargePoint
from evkit.console.api.auth import ApiRequest
from evkit.console.api.cursors import read_cursor, write_cursor
from evkit.console.api.paging import Paging, refuse_unknown_parameters
from evkit.console.api.scope import get_charge_point, visible_charge_points
from evkit.console.api.types import GivenMoment, Moment, Page
from history.selectors import Frame, Position, read_messages
from history.types import Direction
from sites.permissions import Principal

router = Router(tags=["messages"])
DIRECTIONS = {Direction.IN: "in", Direction.OUT: "out"}


class MessageFilter(Paging):
    """What the list can be narrowed to; `limit` counts exchanges: a call and our answer are one."""

    charge_point: str | None = None
    since: GivenMoment | None = None


class DeviationOut(Schema):
    """A departure from the specification."""

    code: str
    detail: str


class MessageOut(Schema):
    """A raw frame: `direction` "in" from the charge point, "out" to it.

    `at` is evkit's time, `device_at` the time that the charge point gave in the frame.
    """

    charge_point: str
    direction: str
    at: Moment
    device_at: Moment | None
    message_id: str
    action: str
    frame: str
    deviations: list[DeviationOut]


@router.get("messages", response=Page[MessageOut], summary="Raw frames, the newest first")
def list_messages(request: ApiRequest, wanted: Query[MessageFilter]) -> Page[MessageOut]:
    """Return the frames of the token's charge points."""
    refuse_unknown_parameters(request, MessageFilter)
    page = read_messages(
        charge_point_ids=_charge_point_ids(request.auth, wanted.charge_point),
        since=wanted.since,
        before=None if wanted.cursor is None else Position(*read_cursor(wanted.cursor, datetime, int, int)),
        limit=wanted.limit,
    )
    ids = {frame.charge_point_id for frame in page.frames}
    identities = dict(ChargePoint.objects.filter(pk__in=ids).values_list("pk", "identity"))
    items = [_out(frame, identities.get(frame.charge_point_id, "")) for frame in page.frames]
    last = page.next
    cursor = write_cursor((last.at, last.sequence, last.charge_point_id)) if last else None
    return Page[MessageOut](items=items, next_cursor=cursor)


def _charge_point_ids(principal: Principal, identity: str | None) -> list[int] | None:
    """Return the charge points to read, None for all of them."""
    if identity is not None:
        return [get_charge_point(principal, identity).pk]
    if principal.site_ids is None:
        return None
    return list(visible_charge_points(principal).values_list("pk", flat=True))


def _out(frame: Frame, identity: str) -> MessageOut:
    return MessageOut(
        charge_point=identity,
        direction=DIRECTIONS[frame.direction],
        at=frame.at,
        device_at=frame.device_at,
        message_id=frame.message_id,
        action=frame.action,
        frame=frame.frame,
        deviations=[DeviationOut(code=each["code"], detail=each["detail"]) for each in frame.deviations],
    )
