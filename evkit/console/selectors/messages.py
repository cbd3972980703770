"""Reads the raw frames of one charge point: filtered, newest first, without ever scanning all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from evkit.console.frames import is_error, summary
from history.models import Message
from history.types import Direction

LAST = 8
PAGE = 50
NEW = 100
WINDOW = timedelta(hours=24)
"""How far back one request looks when it searches: the next one goes on from there."""

ANSWERED_WITHIN = timedelta(minutes=10)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Key:
    """The place of a frame in the log of its charge point; `str()` of it stands in addresses."""

    at: datetime
    sequence: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.sequence}"

    @classmethod
    def read(cls, text: str) -> Key | None:
        """Return the key written in an address; None for anything else."""
        micros, _, sequence = text.partition("-")
        if not (_digits(micros) and _digits(sequence)):
            return None
        try:
            return cls(EPOCH + timedelta(microseconds=int(micros)), int(sequence))
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which frames to show; empty means all."""

    action: str = ""
    direction: int | None = None
    deviating: bool = False
    query: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def searches(self) -> bool:
        """Whether frames must be looked at one by one."""
        return bool(self.action or self.query or self.deviating or self.direction is not None)

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self != MessageFilter()

    def rows(self, charge_point_id: int) -> QuerySet[Message]:
        """Return the frames that pass, newest first."""
        rows = Message.objects.filter(charge_point_id=charge_point_id)
        if self.since:
            rows = rows.filter(at__gte=self.since)
        if self.until:
            rows = rows.filter(at__lt=self.until)
        if self.action:
            rows = rows.filter(action=self.action)
        if self.direction is not None:
            rows = rows.filter(direction=self.direction)
        if self.deviating:
            rows = rows.exclude(deviations=None)
        if self.query:
            rows = rows.filter(Q(frame__icontains=self.query) | Q(answer__icontains=self.query))
        return rows.order_by("-at", "-sequence")


@dataclass(frozen=True, slots=True)
class Deviation:
    """What was odd about a frame."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One logged frame; for a call of the charge point with our answer."""

    key: Key
    device_at: datetime | None
    incoming: bool
    action: str
    message_id: str
    text: str
    frame: str
    answer: str
    answer_text: str
    latency_s: float | None
    error: bool
    deviations: Sequence[Deviation]

    @property
    def at(self) -> datetime:
        """When evkit received or sent it."""
        return self.key.at

    @property
    def next_key(self) -> Key:
        """The place right after it: a page before that begins with this frame."""
        return Key(self.key.at, self.key.sequence + 1)


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Frames, newest first; `older` continues them, `searched_to` is how far was looked when bounded."""

    lines: Sequence[MessageLine]
    older: Key | None
    searched_to: datetime | None = None


def last_messages(charge_point_id: int, limit: int = LAST) -> list[MessageLine]:
    """Return the newest frames of a charge point, newest first."""
    return [message_line(row) for row in MessageFilter().rows(charge_point_id)[:limit]]


def message_page(
    charge_point_id: int, wanted: MessageFilter, now: datetime, before: Key | None = None
) -> MessagePage:
    """Return a page of frames before `before`; a search looks back 24 hours at a time."""
    rows = wanted.rows(charge_point_id)
    if before is not None:
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at, sequence__lt=before.sequence))
    start = min(filter(None, [before.at if before else now, wanted.until or now])) - WINDOW
    bounded = wanted.searches and (wanted.since is None or wanted.since < start)
    found = list(rows.filter(at__gte=start)[: PAGE + 1]) if bounded else list(rows[: PAGE + 1])
    lines = [message_line(row) for row in found[:PAGE]]
    if len(found) > PAGE:
        return MessagePage(lines, lines[-1].key)
    if bounded and any_before(charge_point_id, start, wanted.since):
        return MessagePage(lines, Key(start, 0), searched_to=start)
    return MessagePage(lines, None)


def any_before(charge_point_id: int, moment: datetime, since: datetime | None) -> bool:
    """Tell whether the log goes further back than a moment."""
    rows = Message.objects.filter(charge_point_id=charge_point_id, at__lt=moment)
    return (rows.filter(at__gte=since) if since else rows).exists()


def newer_messages(charge_point_id: int, wanted: MessageFilter, after: Key) -> list[MessageLine] | None:
    """Return the frames since `after`, newest first; None when there are too many to append."""
    rows = wanted.rows(charge_point_id)
    found = rows.filter(Q(at__gt=after.at) | Q(at=after.at, sequence__gt=after.sequence))[: NEW + 1]
    lines = [message_line(row) for row in found]
    return None if len(lines) > NEW else lines


def find_message(charge_point_id: int, key: Key) -> MessageLine | None:
    """Return one frame."""
    rows = Message.objects.filter(charge_point_id=charge_point_id, at=key.at, sequence=key.sequence)
    row = rows.first()
    return message_line(row) if row else None


def counterpart(charge_point_id: int, line: MessageLine) -> MessageLine | None:
    """Return the call that a frame answers, or the answer to our call."""
    if not line.message_id:
        return None
    rows = Message.objects.filter(
        charge_point_id=charge_point_id,
        message_id=line.message_id,
        direction=Direction.OUT if line.incoming else Direction.IN,
        at__gte=line.at - ANSWERED_WITHIN,
        at__lte=line.at + ANSWERED_WITHIN,
    )
    row = rows.order_by("at").first()
    return message_line(row) if row else None


def actions_of(charge_point_id: int, now: datetime) -> list[str]:
    """Return the actions seen in the last 24 hours."""
    rows = Message.objects.filter(charge_point_id=charge_point_id, at__gte=now - WINDOW).exclude(action="")
    return list(rows.order_by("action").values_list("action", flat=True).distinct())


def message_line(row: Message) -> MessageLine:
    """Return the line of a logged frame."""
    answer = row.answer or ""
    latency = (row.answered_at - row.at).total_seconds() if row.answered_at else None
    return MessageLine(
        key=Key(row.at, row.sequence),
        device_at=row.device_at,
        incoming=row.direction == Direction.IN,
        action=row.action,
        message_id=row.message_id,
        text=summary(row.action, row.frame),
        frame=row.frame,
        answer=answer,
        answer_text=summary(row.action, answer) if answer else "",
        latency_s=latency,
        error=is_error(row.frame) or is_error(answer),
        deviations=tuple(_deviations(row.deviations)),
    )


def _deviations(text: str | None) -> Iterator[Deviation]:
    for each in json.loads(text) if text else []:
        yield Deviation(str(each.get("code", "")), str(each.get("detail", "")))


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
