"""Reads the commands of a charge point, and the frames that they were."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict

from chargers.models import ChargePoint, Command, CommandCall
from chargers.models.command import ROUTINE
from chargers.types import CommandState
from history.models import Message

LAST = 6
PAGE = 25
AROUND = timedelta(seconds=5)
MANY = 1000
"""Hidden limits are counted up to here."""


@dataclass(frozen=True, slots=True)
class CommandFilter:
    """Which commands to show; empty means all but the routine of smart charging."""

    action: str = ""
    state: str = ""
    routine: bool = False

    @classmethod
    def from_query(cls, query: QueryDict) -> CommandFilter:
        """Read `action`, `state` and `by`; an unknown state is ignored."""
        state = query.get("state", "")
        return cls(
            action=query.get("action", "").strip(),
            state=state if state in CommandState.values else "",
            routine=query.get("by") == "all",
        )

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self != CommandFilter()

    def apply(self, rows: QuerySet[Command]) -> QuerySet[Command]:
        """Return the commands that pass."""
        if not self.active:
            return rows.exclude(ROUTINE)
        if self.action:
            rows = rows.filter(action=self.action)
        return rows.filter(state=self.state) if self.state else rows


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call of a command with its answer: the frames as they were sent and received."""

    call: CommandCall
    sent: str
    received: str
    latency_s: float | None


def last_commands(charge_point_id: int, limit: int = LAST) -> list[Command]:
    """Return the newest commands of a charge point, newest first, without the routine of smart charging."""
    rows = Command.objects.filter(charge_point_id=charge_point_id).exclude(ROUTINE)
    return list(rows.order_by("-id")[:limit])


def command_page(charge_point_id: int, wanted: CommandFilter, number: str) -> Page[Command]:
    """Return one page of a charge point's commands, newest first."""
    rows = wanted.apply(Command.objects.filter(charge_point_id=charge_point_id))
    return Paginator(rows.order_by("-id"), PAGE).get_page(number)


def routine_count(charge_point_id: int) -> int:
    """Return how many limits of smart charging were followed or are under way, `MANY` at most."""
    return Command.objects.filter(ROUTINE, charge_point_id=charge_point_id)[:MANY].count()


def command_actions(charge_point_id: int) -> list[str]:
    """Return the actions that were ever asked of a charge point."""
    rows = Command.objects.filter(charge_point_id=charge_point_id)
    return list(rows.order_by("action").values_list("action", flat=True).distinct())


def exchanges_of(charge_point: ChargePoint, command: Command) -> list[Exchange]:
    """Return the calls of a command, oldest first, with their frames from the message log."""
    calls = list(command.calls.order_by("id"))
    return [_exchange(charge_point.pk, call) for call in calls]


def _exchange(charge_point_id: int, call: CommandCall) -> Exchange:
    until: datetime = call.answered_at or call.sent_at + timedelta(minutes=2)
    rows = Message.objects.filter(
        charge_point_id=charge_point_id,
        at__gte=call.sent_at - AROUND,
        at__lte=until + AROUND,
        message_id=call.message_id,
    )
    frames = dict(rows.order_by("-at").values_list("direction", "frame"))
    found = Exchange(call, sent=frames.get(1, ""), received=frames.get(0, ""), latency_s=None)
    if call.answered_at is None:
        return found
    return replace(found, latency_s=(call.answered_at - call.sent_at).total_seconds())
