"""Taking back all that smart charging has set: where it is off, or a charge point has left its site."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from chargers.models import Command
from chargers.services.commands import queue_command
from chargers.types import CommandState
from charging.models import ConnectorLimit, SiteDecision, Transaction
from charging.services.holding import settle_holds
from charging.services.smart.ladder import AGAIN
from charging.services.smart.marks import CLEAR, DEFAULT_ID, LIMIT_ID, SMART
from charging.services.smart.sending import PATIENCE
from evkit.core.events import publish_after_commit
from sites.events import SiteChanged
from sites.models import Site

UNDER_WAY = (CommandState.QUEUED, CommandState.SENT)
SAVED = (
    "confirmed", "confirmed_at", "before", "sent", "doubtful", "command", "default", "default_at",
    "default_command", "transaction", "target", "envelope", "why", "held_by",
)  # fmt: skip


def let_go(site: Site, now: datetime) -> None:
    """Clear what is set; a connector is forgotten once nothing is left on it, but not what it has taught.

    Held charges are paused first, and keep their limit until that is confirmed. An offline charge point is
    asked as soon as it is connected again, one that does not answer once more.
    """
    SiteDecision.objects.filter(site=site).delete()
    held = settle_holds(Transaction.objects.open().filter(charge_point__site=site), now)
    rows = ConnectorLimit.objects.in_use().filter(evse__charge_point__site=site).exclude(pk__in=held)
    if _clear_rows(rows, now):
        publish_after_commit(SiteChanged(site.pk))


@transaction.atomic
def let_go_of_strays(now: datetime) -> None:
    """Clear what is set on charge points that belong to no site any more: no site's cycle sees them."""
    strays = ConnectorLimit.objects.in_use().filter(evse__charge_point__site=None)
    if strays.exists():
        held = settle_holds(Transaction.objects.open().filter(charge_point__site=None), now)
        _clear_rows(strays.exclude(pk__in=held).select_for_update(of=("self",)), now)


def _clear_rows(limits: QuerySet[ConnectorLimit], now: datetime) -> bool:
    """Take one step for each; forget those with nothing left, and tell whether there were any."""
    rows = limits.select_related("evse__charge_point__state", "transaction", "command", "default_command")
    done = [row.pk for row in rows if _is_let_go(row, now)]
    if done:
        ConnectorLimit.objects.filter(pk__in=done).forget()
    return bool(done)


def _is_let_go(row: ConnectorLimit, now: datetime) -> bool:
    """Take one step; tell whether nothing is left."""
    row.target = row.envelope = None
    row.why = row.held_by = ""
    limit_gone, row.command = _clear(row, row.command, LIMIT_ID, now, is_set=_may_limit(row))
    if limit_gone:
        row.confirmed = row.confirmed_at = row.before = row.sent = row.doubtful = None
    default_gone, row.default_command = _clear(
        row, row.default_command, DEFAULT_ID, now, is_set=row.default is not None
    )
    if default_gone:
        row.default = row.default_at = None
    if limit_gone and default_gone:
        return True
    row.save(update_fields=SAVED)
    return False


def _may_limit(row: ConnectorLimit) -> bool:
    """Tell whether a limit may rule a running charge; its end takes the limit along (OCPP 1.6 §3.13.1)."""
    over = row.transaction is None or row.transaction.ended_at is not None
    told = row.confirmed is not None or row.sent is not None or row.doubtful is not None
    return told and not over


def _clear(
    row: ConnectorLimit, asked: Command | None, first_id: int, now: datetime, *, is_set: bool
) -> tuple[bool, Command | None]:
    """Ask for a profile to be cleared, unless that is under way; return whether it is gone."""
    clearing = asked is not None and asked.action == CLEAR
    if asked is None and not is_set:
        return True, None
    if asked is not None and clearing:
        if asked.state == CommandState.ACCEPTED:
            return True, None
        if asked.state in UNDER_WAY or now - (asked.finished_at or now) < AGAIN:
            return False, asked
    state = getattr(row.evse.charge_point, "state", None)
    if not (state and state.connected):
        return False, asked
    return False, queue_command(
        charge_point=row.evse.charge_point,
        action=CLEAR,
        payload={"id": first_id + row.evse.number},
        now=now,
        actor=SMART,
        patience=PATIENCE,
        evse_number=row.evse.number,
    )
