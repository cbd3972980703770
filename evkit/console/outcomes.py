"""What came of an operation: one line per connector, and all of it in one sentence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chargers.types import CommandState
from charging.models import OperationBatch, OperationLine
from charging.types import Obstacle, Operation
from evkit.console.results import command_line
from evkit.console.selectors.overview import charge_point_url
from evkit.console.wording import clock

ICONS = {"pending": "hourglass", "good": "circle-check", "bad": "circle-x", "none": "circle-minus"}
NAMED = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line; `tone` is pending, good, bad or none (nothing was asked)."""

    pk: int
    point_pk: int
    evse_pk: int | None
    title: str
    href: str
    subject: str
    state: str
    tone: str
    text: str
    at: datetime | None

    @property
    def icon(self) -> str:
        """The icon of the tone."""
        return ICONS[self.tone]


@dataclass(frozen=True, slots=True)
class Result:
    """An operation with its lines and what they add up to."""

    batch: OperationBatch
    lines: Sequence[Outcome]

    def count(self, *tones: str) -> int:
        """Return how many lines have one of these tones."""
        return sum(line.tone in tones for line in self.lines)

    @property
    def label(self) -> str:
        """The operation in a word."""
        return str(Operation(self.batch.operation).label)

    @property
    def pending(self) -> bool:
        """Whether anything may still happen."""
        return self.count("pending") > 0

    @property
    def failed(self) -> list[Outcome]:
        """The lines that were refused, not answered or without effect."""
        return [line for line in self.lines if line.tone == "bad"]

    @property
    def done(self) -> int:
        """How many lines are over."""
        return len(self.lines) - self.count("pending")

    @property
    def tone(self) -> str:
        """The tone of the whole: bad as soon as a line is, pending until all are over."""
        if self.failed:
            return "bad"
        if self.pending:
            return "pending"
        return "good" if self.count("good") else "none"

    @property
    def icon(self) -> str:
        """The icon of the whole."""
        return ICONS[self.tone]

    @property
    def most_telling(self) -> list[Outcome]:
        """The lines in the order in which somebody wants to read them: what failed first."""
        order = ("bad", "pending", "none", "good")
        return sorted(self.lines, key=lambda line: order.index(line.tone))

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        parts = [_done(self.count("good")), _failed(self.failed), _waiting(self.count("pending"))]
        parts.append(_nothing(self.count("none")))
        return _(", ").join(part for part in parts if part)


def result_of(batch: OperationBatch, now: datetime, only: Collection[int] | None = None) -> Result:
    """Return an operation with its lines (only those of some charge points when given)."""
    rows = batch.lines.select_related("charge_point__site", "evse", "command").order_by("position")
    if only is not None:
        rows = rows.filter(charge_point__any_of=only)
    return Result(batch, [outcome(row, now) for row in rows])


def outcome(line: OperationLine, now: datetime) -> Outcome:
    """Return what came of one line."""
    point = line.charge_point
    state, tone, text, at = _state(line, now)
    return Outcome(
        pk=line.pk,
        point_pk=point.pk,
        evse_pk=line.evse_id,
        title=f"{point} / {line.evse.number}" if line.evse else str(point),
        href=charge_point_url(point),
        subject=line.subject,
        state=state,
        tone=tone,
        text=text,
        at=at,
    )


def _state(line: OperationLine, now: datetime) -> tuple[str, str, str, datetime | None]:
    command = line.command
    if command is None:
        return _("Nothing to do"), "none", str(Obstacle(line.obstacle).label), None
    shown = command_line(command, now)
    state, at = shown.state, command.effect_at or command.finished_at or command.sent_at
    if command.state == CommandState.QUEUED and command.not_before and command.not_before > now:
        state = _("Its turn comes at %(time)s") % {"time": clock(command.not_before, now)}
    return state, shown.tone, shown.text, at


def _done(count: int) -> str:
    return ngettext("%(count)d done", "%(count)d done", count) % {"count": count} if count else ""


def _failed(failed: Sequence[Outcome]) -> str:
    """Return how many failed, and the first of them with their reasons."""
    if not failed:
        return ""
    named = "; ".join(f"{line.title} — {line.text or line.state}" for line in failed[:NAMED])
    more = "…" if failed[NAMED:] else ""
    return ngettext("%(count)d not done: %(names)s", "%(count)d not done: %(names)s", len(failed)) % {
        "count": len(failed),
        "names": named + more,
    }


def _waiting(count: int) -> str:
    text = ngettext("%(count)d under way", "%(count)d under way", count)
    return text % {"count": count} if count else ""


def _nothing(count: int) -> str:
    text = ngettext("nothing to do for %(count)d", "nothing to do for %(count)d", count)
    return text % {"count": count} if count else ""
