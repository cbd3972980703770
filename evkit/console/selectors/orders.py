"""Reads the last commands that explain why connectors do not charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from chargers.models import ChargePoint, Command, Evse, JobStatus
from chargers.services.file_transitions import FAILURES
from chargers.types import CommandState, Effect, JobKind
from charging.services.smart.marks import SMART
from evkit.console.frames import flat_text
from evkit.console.why.facts import Job, Order

RECENT = timedelta(minutes=10)
"""A start that was ordered longer ago is no longer the reason."""

JOB_LASTS = timedelta(hours=1)
"""A job that has told nothing for so long is taken for over."""

OVER = {
    JobKind.FIRMWARE: {"Installed", "InstallationFailed", "DownloadFailed", "Idle"},
    JobKind.DIAGNOSTICS: {"Uploaded", "UploadFailed", "Idle"},
    JobKind.SIGNED_FIRMWARE: {"Installed", "Idle", *FAILURES},
    JobKind.LOG: {"Uploaded", "Idle", *FAILURES},
}
FIRMWARE = {JobKind.FIRMWARE, JobKind.SIGNED_FIRMWARE}
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
    closed, held = _showing(rows, "Unavailable", "SuspendedEVSE")
    recent = _recent([row.pk for row in rows], now)
    return Orders(
        starts=_by_place(rows, [c for c in recent if c.action == "RemoteStartTransaction"], now),
        restarts={c.charge_point_id: _order(c, now) for c in recent if c.action == "Reset"},
        closings=_closings(rows, closed, now),
        profiles=_by_place(rows, _latest(held, "SetChargingProfile"), now),
        jobs=_jobs([row.pk for row in rows], now),
    )


def _showing(rows: Sequence[ChargePoint], *statuses: str) -> list[list[int]]:
    """Return for each status the ids of the EVSEs in it: by themselves, or with their whole charge point."""
    found: dict[str, list[int]] = {status: [] for status in statuses}
    for row in rows:
        whole = _status(row)
        for evse in row.evses.all():
            own = _status(evse)
            if own in found:
                found[own].append(evse.pk)
            if whole in found and whole != own:
                found[whole].append(evse.pk)
    return [found[status] for status in statuses]


def _status(reported: ChargePoint | Evse) -> str:
    state = getattr(reported, "state", None)
    return "" if state is None else str(state.status)


def _recent(ids: Sequence[int], now: datetime) -> list[Command]:
    """Return the starts and resets of late, oldest first."""
    actions = ["RemoteStartTransaction", "Reset"]
    rows = Command.objects.filter(charge_point__any_of=ids, action__in=actions, created_at__gte=now - RECENT)
    return list(rows.order_by("pk"))


def _latest(evse_ids: Sequence[int], action: str) -> list[Command]:
    """Return the last concluded commands of an action for connectors and whole charge points, oldest first.

    One step into an index for each place, however many commands a charge point has had.
    """
    if not evse_ids:
        return []
    mine = Command.objects.filter(charge_point=OuterRef("charge_point"), action=action, state__in=CONCLUDED)
    numbers: dict[str, Any] = {"own": OuterRef("number"), "whole": 0, "unnamed": None}
    newest = {
        name: Subquery(mine.filter(evse_number=number).order_by("-pk").values("pk")[:1])
        for name, number in numbers.items()
    }
    places = Evse.objects.filter(pk__any_of=evse_ids)
    keys = places.order_by().annotate(**newest).values_list(*newest)
    found = {pk for each in keys for pk in each if pk}
    return list(Command.objects.filter(pk__any_of=found).order_by("pk")) if found else []


def _closings(rows: Sequence[ChargePoint], closed: Sequence[int], now: datetime) -> dict[Place, Order]:
    """Return the orders to go out of service that still hold."""
    latest = [c for c in _latest(closed, "ChangeAvailability") if c.state == CommandState.ACCEPTED]
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
    by_id: dict[int, ChargePoint] = {}
    found: dict[Place, Command] = {}
    for command in commands:
        by_id = by_id or {row.pk: row for row in rows}
        evses = by_id[command.charge_point_id].evses.all()
        chosen = [command.evse_number] if command.evse_number else [evse.number for evse in evses]
        found |= {(command.charge_point_id, number): command for number in chosen}
    return found


def _order(command: Command, now: datetime) -> Order:
    awaited = command.effect == Effect.NOT_SEEN and (
        command.effect_deadline is not None and command.effect_deadline > now
    )
    return Order(
        at=command.created_at,
        by="" if command.requested_name == SMART.name else command.requested_name,
        state=command.state,
        answer=_answer(command),
        tag=str(command.payload.get("idTag", "")),
        number=command.evse_number or 0,
        awaited=awaited,
        seen=command.effect == Effect.SEEN,
        reason=command.reason if command.requested_name else "",
    )


def _answer(command: Command) -> str:
    """Return what the charge point answered, or why it could not be asked."""
    response = command.response if isinstance(command.response, dict) else {}
    return str(response.get("status") or command.error or flat_text(response))


def _jobs(ids: Sequence[int], now: datetime) -> dict[int, Job]:
    """Return the jobs under way."""
    rows = JobStatus.objects.filter(charge_point__any_of=ids, at__gte=now - JOB_LASTS).order_by("at", "pk")
    last = {(row.charge_point_id, row.kind): row for row in rows}
    return {
        point: Job(firmware=kind in FIRMWARE, status=row.status, at=row.at)
        for (point, kind), row in sorted(last.items())
        if row.status not in OVER[JobKind(kind)]
    }
