"""Bringing charge points to what is desired of them, after a change, a restart or a lost connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from chargers.models import (
    ChargePoint,
    Command,
    ConfigurationKey,
    DesiredAvailability,
    DesiredKey,
)
from chargers.services.availability import ACTION as AVAILABILITY
from chargers.services.availability import availability_fits
from chargers.services.commands import queue_command
from chargers.services.configuration import CHANGE
from chargers.services.desired import desired_keys, same_value
from chargers.types import FINAL_STATES, Registration

READ: Final = "GetConfiguration"
AGAIN_AFTER: Final = timedelta(hours=6)
"""How long a value that the charge point did not take rests, unless it restarts before."""

SETTLING: Final = timedelta(seconds=20)
"""How long a charge point is left alone after its connection, so that it boots and tells its statuses."""

REASON: Final = "desired"


@dataclass(frozen=True, slots=True)
class Asked:
    """The last attempts at a charge point, by key in lower case, and whether one is under way."""

    changes: Mapping[str, datetime]
    read_at: datetime | None
    busy: bool


def apply_desired(*, now: datetime) -> None:
    """Ask connected charge points for the values that are desired of them and that they do not report."""
    wanting = Q(desired_keys__isnull=False) | Q(site__desired_keys__isnull=False)
    points = list(_settled(now).filter(wanting).distinct().select_related("state"))
    for pk, desired in desired_keys(points).items():
        with transaction.atomic():
            _apply(next(point for point in points if point.pk == pk), desired, now)


def _settled(now: datetime) -> QuerySet[ChargePoint]:
    return ChargePoint.objects.filter(
        state__connected=True,
        state__connected_at__lt=now - SETTLING,
        registration=Registration.ACCEPTED,
    )


def _apply(point: ChargePoint, desired: Mapping[str, DesiredKey], now: datetime) -> None:
    asked = _asked(point)
    if asked.busy:
        return
    fresh_since = point.state.booted_at
    reported = {row.key.lower(): row for row in ConfigurationKey.objects.filter(charge_point=point)}
    stale = {
        key: reported[key].key if key in reported else row.key
        for key, row in desired.items()
        if key not in reported or (fresh_since is not None and reported[key].reported_at < fresh_since)
    }
    if stale and _is_due(asked.read_at, fresh_since, now):
        _queue(point, READ, {"key": list(stale.values())}, now)
        return
    for key, row in desired.items():
        if key in stale:
            continue
        held = reported[key]
        takes = held.known and not held.readonly and not same_value(held.value, row.value)
        attempt = asked.changes.get(key)
        renewed = attempt is not None and attempt < row.set_at
        if takes and (renewed or _is_due(attempt, fresh_since, now)):
            _queue(point, CHANGE, {"key": held.key, "value": row.value}, now)


def _is_due(attempt: datetime | None, restarted_at: datetime | None, now: datetime) -> bool:
    if attempt is None or (restarted_at is not None and attempt < restarted_at):
        return True
    return attempt < now - AGAIN_AFTER


def _asked(point: ChargePoint) -> Asked:
    rows = Command.objects.filter(charge_point=point, action__in=[CHANGE, READ]).order_by("-pk")
    changes: dict[str, datetime] = {}
    read_at, busy = None, False
    for action, payload, at, state in rows.values_list("action", "payload", "created_at", "state")[:200]:
        busy = busy or state not in FINAL_STATES
        if action == CHANGE:
            changes.setdefault(str(payload.get("key", "")).lower(), at)
        elif read_at is None:
            read_at = at
    return Asked(changes, read_at, busy)


def _queue(point: ChargePoint, action: str, payload: Mapping[str, object], now: datetime) -> None:
    queue_command(charge_point=point, action=action, payload=payload, now=now, reason=REASON)


def apply_availability(*, now: datetime) -> None:
    """Ask again for the availability that was desired, once per restart or connection."""
    rows = DesiredAvailability.objects.filter(charge_point__in=_settled(now))
    for row in rows.select_related("charge_point__state"):
        state = row.charge_point.state
        since = max(at for at in (state.connected_at, state.booted_at) if at is not None)
        fits = availability_fits(
            row.charge_point_id, row.connector, wanted_off=not row.operative, since=since
        )
        if fits is False and not _asked_since(row, since):
            with transaction.atomic():
                kind = "Operative" if row.operative else "Inoperative"
                payload = {"connectorId": row.connector, "type": kind}
                _queue(row.charge_point, AVAILABILITY, payload, now)


def _asked_since(row: DesiredAvailability, since: datetime) -> bool:
    commands = Command.objects.filter(charge_point=row.charge_point, action=AVAILABILITY)
    recent: Collection[Mapping[str, object]] = commands.filter(
        Q(created_at__gte=since) | ~Q(state__in=FINAL_STATES)
    ).values_list("payload", flat=True)
    return any(payload.get("connectorId") in {0, row.connector} for payload in recent)
