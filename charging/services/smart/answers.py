"""What came of the limits that were sent: confirmed, refused, or never answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from chargers.models import ChargePointState, Command
from chargers.types import CommandState
from charging.models import ConnectorLimit, Transaction
from charging.services.smart.settings_of import Range
from charging.smart.connector import LATENCY_S

REFUSED = (CommandState.REJECTED, CommandState.FAILED)


def take_answers(
    row: ConnectorLimit,
    charge: Transaction | None,
    state: ChargePointState | None,
    settings: Range,
    now: datetime,
) -> None:
    """Bring what is known of a connector up to date; the row is not saved.

    A new transaction begins without a limit of its own. A charge point that booted since may have forgotten
    everything: its limit is unknown until it is confirmed again.
    """
    if row.transaction_id != (charge.pk if charge else None):
        row.transaction = charge
        row.confirmed = row.confirmed_at = row.before = row.sent = row.doubtful = row.refused_at = None
        row.command = None
        row.changed_at = None
    _take_limit(row, settings, now)
    _take_default(row, settings)
    booted = state.booted_at if state else None
    if booted and row.confirmed_at and booted > row.confirmed_at:
        row.confirmed = row.confirmed_at = row.before = None
    if booted and row.default_at and booted > row.default_at:
        row.default = row.default_at = None


def _take_limit(row: ConnectorLimit, settings: Range, now: datetime) -> None:
    command = row.command
    if command is None or row.sent is None:
        return
    if command.state == CommandState.ACCEPTED:
        row.before = _ruled_until_now(row, settings, now)
        row.confirmed, row.confirmed_at = row.sent, command.finished_at or now
        row.doubtful = row.refused_at = None
    elif command.state in REFUSED:
        row.refused_at = command.finished_at or now
    elif command.state == CommandState.TIMED_OUT:
        row.doubtful = max(row.sent, row.doubtful or 0.0)
        row.refused_at = command.finished_at or now
    elif command.state != CommandState.EXPIRED:
        return
    row.sent, row.command = None, None


def _take_default(row: ConnectorLimit, settings: Range) -> None:
    command: Command | None = row.default_command
    if command is None or command.state in {CommandState.QUEUED, CommandState.SENT}:
        return
    if command.state == CommandState.ACCEPTED:
        row.default = settings.start
        row.default_at = command.finished_at
        row.default_command = None
    elif command.state == CommandState.EXPIRED:
        row.default_command = None


def _ruled_until_now(row: ConnectorLimit, settings: Range, now: datetime) -> float:
    """Return the largest setting that may have ruled a connector until it confirmed another one."""
    if row.confirmed is None or row.confirmed_at is None:
        ruled = [settings.hardware if row.default is None else row.default]
    else:
        settled = now - row.confirmed_at > timedelta(seconds=LATENCY_S)
        ruled = [row.confirmed] if settled or row.before is None else [row.confirmed, row.before]
    return max([*ruled, row.doubtful or 0.0])
