"""Reads of the message log."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from chargers.models import ChargePoint
from history.models import Message
from history.types import Direction

MAX_PAGE = 1000
_STEPS = [timedelta(minutes=8**power) for power in range(7)]


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the message log, to continue reading from."""

    at: datetime
    sequence: int
    charge_point_id: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One raw frame; our answer to a call is a frame of its own.

    `at` is our time, `device_at` the time that the charge point gave in it.
    """

    charge_point_id: int
    at: datetime
    sequence: int
    direction: Direction
    message_id: str
    action: str
    frame: str
    device_at: datetime | None
    deviations: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class FramePage:
    """Frames, newest first, and where the next (older) page starts; None after the last."""

    frames: tuple[Frame, ...]
    next: Position | None


def read_messages(
    *,
    charge_point_ids: Collection[int] | None = None,
    since: datetime | None = None,
    before: Position | None = None,
    limit: int = 100,
) -> FramePage:
    """Return logged frames, newest first; `limit` counts exchanges (a call with its answer is one).

    `charge_point_ids` None means all that there are.
    """
    limit = max(1, min(limit, MAX_PAGE))
    rows = Message.objects.order_by("-at", "-sequence", "-charge_point_id")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if before is not None:
        rows = rows.filter(_older_than(before))
    if charge_point_ids is not None and len(charge_point_ids) == 1:
        found = list(rows.filter(charge_point_id__in=charge_point_ids)[: limit + 1])
    else:
        found = _newest_of_many(rows, charge_point_ids, since, before, limit + 1)
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    following = Position(last.at, last.sequence, last.charge_point_id) if last else None
    return FramePage(tuple(frame for row in page for frame in _frames(row)), following)


def _newest_of_many(
    rows: QuerySet[Message],
    charge_point_ids: Collection[int] | None,
    since: datetime | None,
    before: Position | None,
    count: int,
) -> list[Message]:
    """Return the newest `count` rows of many charge points, looking back in growing steps.

    The log is ordered by charge point, then time: without a lower bound every row would be sorted.
    """
    charge_points = ChargePoint.objects.order_by()
    if charge_point_ids is not None:
        charge_points = charge_points.filter(pk__in=charge_point_ids)
    rows = rows.filter(charge_point_id__in=charge_points.values("pk"))
    oldest, newest = _span(charge_points)
    if oldest is None or newest is None:
        return []
    end = min(newest, before.at) if before else newest
    stop = max(oldest, since) if since else oldest
    for step in _STEPS:
        found = list(rows.filter(at__gte=end - step)[:count])
        if len(found) == count or end - step <= stop:
            return found
    return list(rows[:count])


def _span(charge_points: QuerySet[ChargePoint]) -> tuple[datetime | None, datetime | None]:
    """Return the times of the first and the last message; a look at the ends of each charge point's."""
    times = Message.objects.filter(charge_point_id=OuterRef("pk"))
    ends = charge_points.annotate(
        first=Subquery(times.order_by("at").values("at")[:1]),
        last=Subquery(times.order_by("-at").values("at")[:1]),
    )
    span = ends.aggregate(oldest=Min("first"), newest=Max("last"))
    return span["oldest"], span["newest"]


def _older_than(position: Position) -> Q:
    same_time = Q(at=position.at)
    return (
        Q(at__lt=position.at)
        | same_time & Q(sequence__lt=position.sequence)
        | same_time & Q(sequence=position.sequence, charge_point_id__lt=position.charge_point_id)
    )


def _frames(row: Message) -> Iterator[Frame]:
    """Yield the answer, which is newer, and the frame itself."""
    if row.answer is not None:
        opposite = Direction.OUT if row.direction == Direction.IN else Direction.IN
        yield Frame(
            charge_point_id=row.charge_point_id,
            at=row.answered_at or row.at,
            sequence=row.sequence,
            direction=opposite,
            message_id=row.message_id,
            action=row.action,
            frame=row.answer,
            device_at=None,
            deviations=(),
        )
    yield Frame(
        charge_point_id=row.charge_point_id,
        at=row.at,
        sequence=row.sequence,
        direction=Direction(row.direction),
        message_id=row.message_id,
        action=row.action,
        frame=row.frame,
        device_at=row.device_at,
        deviations=tuple(json.loads(row.deviations)) if row.deviations else (),
    )
