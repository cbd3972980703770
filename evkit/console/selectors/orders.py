"""Reads the last commands that explain why connectors do not charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from chargers.models import ChargePoint, Command, JobStatus
from chargers.types import CommandState, Effect, JobKind
from evkit.console.frames import flat_text
from evkit.console.why.facts import Job, Order

RECENT = timedelta(minutes=10)
"""A start that was ordered longer ago is no longer the reason."""

JOB_LASTS = timedelta(hours=1)
"""A job that has told nothing for so long is taken for over."""

OVER = {
    JobKind.FIRMWARE: {"Installed", "InstallationFailed", "DownloadFailed", "Idle"},
    JobKind.DIAGNOSTICS: {"Uploaded", "UploadFailed", "Idle"},
}
CONCLUDED = (CommandState.ACCEPTED, CommandState.REJECTED, CommandState.FAILED)

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Orders:
    """The last orders by charge point, or by charge point and connector."""

    starts: Mapping[Place, Order]
    restarts: Mapping[int, Order]
    closings: Mapping[Place, Order]
    profiles: Mapping[Place, Order]
    jobs: Mapping[int, Job]


def last_orders(rows: Sequence[ChargePoint], now: datetime) -> Orders:
    """Return the orders of charge points; what no present status asks for is not read."""
    closed = [row for row in rows if _has(row, "Unavailable")]
    held = [row for row in rows if _has(row, "SuspendedEVSE")]
    recent = _recent([row.pk for row in rows], now)
    return Orders(
        starts=_by_place(rows, [c for c in recent if c.action == "RemoteStartTransaction"], now),
        restarts={c.charge_point_id: _order(c, now) for c in recent if c.action == "Reset"},
        closings=_closings(closed, now),
        profiles=_by_place(held, _latest(held, "SetChargingProfile"), now),
        jobs=_jobs([row.pk for row in rows], now),
    )


def _has(row: ChargePoint, status: str) -> bool:
    states = [getattr(row, "state", None), *(getattr(evse, "state", None) for evse in row.evses.all())]
    return any(state is not None and state.status == status for state in states)


def _recent(ids: Sequence[int], now: datetime) -> list[Command]:
    """Return the starts and resets of late, oldest first."""
    actions = ["RemoteStartTransaction", "Reset"]
    rows = Command.objects.filter(charge_point_id__in=ids, action__in=actions, created_at__gte=now - RECENT)
    return list(rows.order_by("pk"))


def _latest(rows: Sequence[ChargePoint], action: str) -> QuerySet[Command]:
    """Return the last concluded command of an action for each connector, oldest first."""
    concluded = Command.objects.filter(
        charge_point_id__in=[row.pk for row in rows], action=action, state__in=CONCLUDED
    )
    newest = concluded.order_by().values("charge_point_id", "evse_number").annotate(last=Max("pk"))
    return Command.objects.filter(pk__in=[each["last"] for each in newest]).order_by("pk")


def _closings(rows: Sequence[ChargePoint], now: datetime) -> dict[Place, Order]:
    """Return the orders to go out of service that still hold."""
    if not rows:
        return {}
    latest = [c for c in _latest(rows, "ChangeAvailability") if c.state == CommandState.ACCEPTED]
    last = _last_of_place(rows, latest)
    return {
        place: _order(command, now)
        for place, command in last.items()
        if command.payload.get("type") == "Inoperative"
    }


def _by_place(rows: Sequence[ChargePoint], commands: Iterable[Command], now: datetime) -> dict[Place, Order]:
    return {place: _order(command, now) for place, command in _last_of_place(rows, commands).items()}


def _last_of_place(rows: Sequence[ChargePoint], commands: Iterable[Command]) -> dict[Place, Command]:
    """Spread commands for a whole charge point over its connectors; the later one counts."""
    numbers = {row.pk: [evse.number for evse in row.evses.all()] for row in rows}
    found: dict[Place, Command] = {}
    for command in commands:
        chosen = [command.evse_number] if command.evse_number else numbers.get(command.charge_point_id, [])
        found |= {(command.charge_point_id, number): command for number in chosen}
    return found


def _order(command: Command, now: datetime) -> Order:
    awaited = command.effect == Effect.NOT_SEEN and (
        command.effect_deadline is not None and command.effect_deadline > now
    )
    return Order(
        at=command.created_at,
        by=command.requested_name,
        state=command.state,
        answer=_answer(command),
        tag=str(command.payload.get("idTag", "")),
        number=command.evse_number or 0,
        awaited=awaited,
        seen=command.effect == Effect.SEEN,
    )


def _answer(command: Command) -> str:
    """Return what the charge point answered, or why it could not be asked."""
    response = command.response if isinstance(command.response, dict) else {}
    return str(response.get("status") or command.error or flat_text(response))


def _jobs(ids: Sequence[int], now: datetime) -> dict[int, Job]:
    """Return the jobs under way."""
    rows = JobStatus.objects.filter(charge_point_id__in=ids, at__gte=now - JOB_LASTS).order_by("at", "pk")
    last = {(row.charge_point_id, row.kind): row for row in rows}
    return {
        point: Job(firmware=kind == JobKind.FIRMWARE, status=row.status, at=row.at)
        for (point, kind), row in sorted(last.items())
        if row.status not in OVER[JobKind(kind)]
    }
