"""Starting charges, and starting them again, without anybody asking (R19).

A sweep every few seconds reads how connectors stand, asks `charging.automatic` what is to be done, and does
it: what happened in between, or while the process was down, is seen all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction as database
from django.db.models import Max, Q

from chargers.events import ChargePointChanged
from chargers.models import Command, Evse, EvseState
from chargers.services.commands import queue_command
from chargers.services.quirks import quirks_of
from chargers.types import CommandState
from charging.automatic import PLUGGED, Attempt, Ended, Move, Next, Running, Standing, next_step
from charging.events import AutomaticChargeFailed
from charging.models import AutomaticCharge, ConnectorLimit, Transaction
from charging.services.pauses import pauses_in_force
from charging.smart.resuming import Trial
from charging.types import AuthorizationStatus, AutomaticKind, AutomaticState
from charging.usability import barred
from evkit.core.events import publish_after_commit
from evkit.core.recorders import Actor

AUTOMATIC: Final = Actor(name="evkit (automatic)")
START: Final = "RemoteStartTransaction"
STOP: Final = "RemoteStopTransaction"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of many connectors, by EVSE id."""

    running: Mapping[int, Transaction]
    last: Mapping[int, Transaction]
    held: Collection[int]
    lost: Collection[int]


def drive_automatic_charges(*, now: datetime) -> int:
    """Start what is to be started by itself; return how many commands that took."""
    evses = list(_candidates())
    known = _known(evses, now)
    return sum(_drive(evse, known, now) for evse in evses)


def _candidates() -> Iterable[Evse]:
    """Return the plugged-in connectors of sites that start or restart, and those of earlier tries."""
    starts = Q(automatic_tag__gt="") | Q(charge_point__site__automatic_tag__gt="")
    wanted = starts | Q(charge_point__site__automatic_restart=True)
    rows = Evse.objects.filter(
        Q(automatic_charge__isnull=False) | (wanted & Q(state__status__in=PLUGGED)),
        charge_point__site__isnull=False,
    )
    return rows.select_related(
        "state", "charge_point__state", "charge_point__site", "automatic_charge__command"
    ).order_by("pk")


def _known(evses: Collection[Evse], now: datetime) -> Known:
    ids = [evse.pk for evse in evses]
    charges = Transaction.objects.filter(evse__in=ids)
    running = {row.evse_id: row for row in charges.open()}
    newest = charges.exclude(ended_at=None).order_by().values("evse").annotate(last=Max("number"))
    ended = Transaction.objects.filter(number__in=newest.values_list("last", flat=True))
    last = {row.evse_id: row for row in ended}
    schedule = barred({pk: running.get(pk) for pk in ids}, now)
    lost = ConnectorLimit.objects.filter(evse__in=ids, trial__in=(Trial.OFFERED, Trial.LOST))
    return Known(running, last, {*schedule, *pauses_in_force(ids)}, set(lost.values_list("pk", flat=True)))


def _standing(evse: Evse, known: Known) -> Standing:
    state, site = evse.state, evse.charge_point.site
    running, last = known.running.get(evse.pk), known.last.get(evse.pk)
    return Standing(
        status=state.status,
        since=state.status_since,
        online=evse.charge_point.state.connected,
        free=evse.pk not in known.held and _has_power(state),
        limited_at=state.limit_at,
        lost=evse.pk in known.lost,
        power_w=state.power_w or 0.0,
        start_tag=evse.automatic_tag or (site.automatic_tag if site else ""),
        restarts=bool(site and site.automatic_restart),
        stops=not quirks_of(evse.charge_point).pause_not_stop,
        running=None if running is None else _running(running),
        last=None if last is None else _ended(last),
        attempt=_attempt(getattr(evse, "automatic_charge", None)),
    )


def _running(row: Transaction) -> Running:
    accepted = row.authorization == AuthorizationStatus.ACCEPTED
    return Running(tag=row.id_tag, received_at=row.started_received_at, accepted=accepted)


def _ended(row: Transaction) -> Ended:
    told_at = row.ended_received_at or row.ended_at or row.started_at
    return Ended(tag=row.id_tag, at=told_at, reason=row.stop_reason)


def _attempt(row: AutomaticCharge | None) -> Attempt | None:
    if row is None:
        return None
    return Attempt(
        kind=AutomaticKind(row.kind),
        state=AutomaticState(row.state),
        tag=row.id_tag,
        tries=row.tries,
        tried_at=row.tried_at,
        stopping=row.stopping,
        order=CommandState(row.command.state) if row.command else None,
    )


def _has_power(state: EvseState) -> bool:
    limits = (state.limit_w, state.limit_a)
    return all(limit is None or limit > 0 for limit in limits)


@database.atomic
def _drive(evse: Evse, known: Known, now: datetime) -> bool:
    """Do what is to be done about one connector; return whether that took a command."""
    step = next_step(_standing(evse, known), now)
    if step.move in {Move.START, Move.STOP}:
        _order(evse, step, known, now)
        return True
    if step.move == Move.FORGET:
        AutomaticCharge.objects.filter(pk=evse.pk).delete()
    elif step.move == Move.SUCCEED:
        AutomaticCharge.objects.filter(pk=evse.pk).update(state=AutomaticState.DONE, failure="")
    elif step.move == Move.FAIL and step.failure is not None:
        AutomaticCharge.objects.filter(pk=evse.pk).update(state=AutomaticState.FAILED, failure=step.failure)
        point = evse.charge_point
        publish_after_commit(
            AutomaticChargeFailed(point.pk, point.site_id, evse.pk, step.failure),
            ChargePointChanged(point.pk, point.site_id),
        )
    return False


def _order(evse: Evse, step: Next, known: Known, now: datetime) -> None:
    before: AutomaticCharge | None = getattr(evse, "automatic_charge", None)
    goes_on = before is not None and before.state == AutomaticState.TRYING
    tries = before.tries if before is not None and goes_on else 0
    counted = tries if step.move == Move.START and before is not None and before.stopping else tries + 1
    AutomaticCharge.objects.update_or_create(
        evse=evse,
        defaults={
            "kind": step.kind,
            "state": AutomaticState.TRYING,
            "id_tag": step.tag,
            "tries": counted,
            "tried_at": now,
            "stopping": step.move == Move.STOP,
            "command": _command(evse, step, known, now),
            "failure": "",
        },
    )


def _command(evse: Evse, step: Next, known: Known, now: datetime) -> Command:
    action, payload = START, {"connectorId": evse.number, "idTag": step.tag}
    if step.move == Move.STOP:
        action, payload = STOP, {"transactionId": known.running[evse.pk].number}
    return queue_command(
        charge_point=evse.charge_point,
        action=action,
        payload=payload,
        now=now,
        actor=AUTOMATIC,
        reason=str(AutomaticKind(step.kind).label),
        evse_number=evse.number,
    )
