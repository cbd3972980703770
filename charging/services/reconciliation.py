"""A sweep that closes transactions which the charge point forgot, by the rules of its site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction as database
from django.db.models import Q, QuerySet

from chargers.events import ChargePointChanged
from chargers.types import ConnectorStatus
from charging.events import TransactionEnded
from charging.models import ClosingRules, Transaction
from charging.services.idle import draw_nothing
from charging.services.presumption import presume_ended
from charging.types import Flag
from evkit.core.events import publish_after_commit

SETTLING: Final = timedelta(minutes=15)
"""How long a charge point that came back has to send what it kept while it was away."""

SUSPENDED: Final = (ConnectorStatus.SUSPENDED_EV, ConnectorStatus.SUSPENDED_EVSE)
"""A vehicle that is plugged in for days: many charge points measure nothing meanwhile."""

Rows = QuerySet[Transaction]


def close_abandoned(*, now: datetime) -> int:
    """Close the open transactions that the rules of their site presume ended; return how many.

    Only starts and stops own a transaction: what is seen is a hint that its stop was lost, and the stop
    still counts if it arrives.
    """
    rules = list(ClosingRules.objects.all())
    others = Transaction.objects.open().exclude(charge_point__site__in=[rule.site_id for rule in rules])
    closed = _close_by(ClosingRules(), others, now)
    for rule in rules:
        closed += _close_by(rule, Transaction.objects.open().filter(charge_point__site=rule.site_id), now)
    return closed


def _close_by(rule: ClosingRules, rows: Rows, now: datetime) -> int:
    closed = 0
    for minutes, flag, find in (
        (rule.free_min, Flag.PRESUMED_FREE, _free),
        (rule.silent_min, Flag.PRESUMED_SILENT, _silent),
        (rule.gone_min, Flag.PRESUMED_GONE, _gone),
    ):
        if minutes is not None:
            closed += _close_found(rows, now - timedelta(minutes=minutes), now, flag, find)
    return closed


def _close_found(
    rows: Rows, before: datetime, now: datetime, flag: Flag, find: Callable[[Rows, datetime, datetime], Rows]
) -> int:
    unmeasured = Q(measured_at=None) | Q(measured_at__lte=before)
    found = find(rows.filter(unmeasured, started_received_at__lte=before), before, now)
    found = found.select_related("evse__state", "charge_point").order_by("pk")
    return sum(_close(row, flag) for row in list(found))


def _free(rows: Rows, before: datetime, _now: datetime) -> Rows:
    return rows.filter(evse__state__status=ConnectorStatus.AVAILABLE, evse__state__status_since__lte=before)


def _silent(rows: Rows, _before: datetime, now: datetime) -> Rows:
    state = "charge_point__state__"
    waits = Q(evse__state__status__in=SUSPENDED)
    never_measures = Q(measured_at=None, evse__state__status=ConnectorStatus.CHARGING)
    found = rows.filter(**{f"{state}connected": True, f"{state}connected_at__lte": now - SETTLING})
    return found.exclude(waits | never_measures)


def _gone(rows: Rows, before: datetime, _now: datetime) -> Rows:
    heard = Q(charge_point__state__last_seen_at=None) | Q(charge_point__state__last_seen_at__lte=before)
    return rows.filter(heard, charge_point__state__connected=False)


@database.atomic
def _close(row: Transaction, flag: Flag) -> bool:
    end = _end_of(row, flag)
    closed = presume_ended(row, end, flag)
    if closed:
        draw_nothing(row.evse_id, end)
        site_id = row.charge_point.site_id
        publish_after_commit(
            TransactionEnded(row.pk, row.charge_point_id, site_id, row.evse_id),
            ChargePointChanged(row.charge_point_id, site_id),
        )
    return closed


def _end_of(row: Transaction, flag: Flag) -> datetime:
    """Return when the connector became free, else when something was measured last."""
    if flag == Flag.PRESUMED_FREE:
        free_since = row.evse.state.status_since
        if free_since is not None and free_since >= row.started_at:
            return free_since
    return row.measured_at or row.started_at
