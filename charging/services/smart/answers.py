"""What came of the limits that were sent: confirmed, refused, never answered, or overtaken by events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chargers.types import CommandState
from charging.services.smart.facts import ChargeFacts, PointState
from charging.services.smart.foreign import AROUND, Foreign, after
from charging.services.smart.ladder import note_refusal
from charging.services.smart.marks import CLEAR, START
from charging.services.smart.settings_of import Range
from charging.services.smart.storing import LimitRow
from charging.smart.connector import LATENCY_S
from charging.smart.planner import Why
from charging.smart.resuming import Trial, trial_after

REFUSED = (CommandState.REJECTED, CommandState.FAILED)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides about a connector's limit beside the answers to it.

    Attributes:
        number: of the connector.
        charge: its open transaction.
        state: what is known of its charge point.
        settings: what it can be set to.
        foreign: what others asked of its charge point.
        keeps_default: its default profile survives a boot.
    """

    number: int
    charge: ChargeFacts | None
    state: PointState | None
    settings: Range
    foreign: Sequence[Foreign]
    keeps_default: bool = False


def take_answers(row: LimitRow, known: Circumstances, now: datetime) -> bool:
    """Bring what is known of a connector up to date; the row is not saved.

    A new transaction begins without a limit of its own. What a charge point was told before it booted or
    connected last, and what others may have changed since, is not known any more until it is told again.
    Returns whether others are about to change it.
    """
    if row.transaction_id != (known.charge.number if known.charge else None):
        _begin(row, known.charge, known.settings, now)
    _take_limit(row, known.settings, now)
    _take_default(row, known.settings)
    away = _last_return(known.state)
    if away and row.confirmed_at and away > row.confirmed_at:
        forget_limit(row, known.settings)
    if away and row.default_at and away > row.default_at and not known.keeps_default:
        forget_default(row)
    return _take_foreign(row, known)


def forget_limit(row: LimitRow, settings: Range) -> None:
    """Note that anything may rule the running charge."""
    row.confirmed = row.confirmed_at = row.before = row.falls_at = None
    row.doubtful = settings.hardware


def forget_default(row: LimitRow) -> None:
    """Note that a new charge may begin with anything; it is told again at once."""
    row.default = row.default_at = row.default_command = None


def _begin(row: LimitRow, charge: ChargeFacts | None, settings: Range, now: datetime) -> None:
    offered = row.confirmed is not None and row.confirmed >= settings.minimum and row.changed_at is not None
    offered_for_s = (now - row.changed_at).total_seconds() if offered and row.changed_at else None
    row.trial = trial_after(Trial(row.trial), offered_for_s=offered_for_s, another=charge is not None)
    row.transaction_id = charge.number if charge else None
    row.confirmed = row.confirmed_at = row.before = row.sent = row.doubtful = row.refused_at = None
    row.falls_at = row.sent_falls_at = row.missed_at = row.on_since = row.off_since = None
    row.command = None
    row.changed_at = row.cap = row.rests_until = None
    row.tries = row.rests = 0


def _last_return(state: PointState | None) -> datetime | None:
    """Return when a charge point booted or connected last: before that it may have forgotten everything."""
    times = [at for at in (state.booted_at, state.connected_at) if at] if state else []
    return max(times, default=None)


def _take_limit(row: LimitRow, settings: Range, now: datetime) -> None:
    command = row.command
    if command is not None and command.action == CLEAR:  # switched off, and on again meanwhile
        forget_limit(row, settings)
        row.sent = row.command = None
        return
    if command is None or row.sent is None:
        return
    ended = command.finished_at or now
    if command.state == CommandState.ACCEPTED:
        row.before = _ruled_until_now(row, settings, now)
        row.confirmed, row.confirmed_at, row.falls_at = row.sent, ended, row.sent_falls_at
        row.doubtful = row.refused_at = None
    elif command.state in REFUSED:
        note_refusal(row, ended)
    elif command.state == CommandState.TIMED_OUT:
        row.doubtful = max(row.sent, row.doubtful or 0.0)
        row.refused_at = ended
    elif command.state != CommandState.EXPIRED:
        return
    row.sent, row.command = None, None


def _take_default(row: LimitRow, settings: Range) -> None:
    command = row.default_command
    if command is None:
        return
    if command.action == CLEAR:
        forget_default(row)
    elif command.state == CommandState.ACCEPTED:
        row.default = settings.start
        row.default_at = command.finished_at
        row.default_command = None
    elif command.state == CommandState.EXPIRED:
        row.default_command = None


def _take_foreign(row: LimitRow, known: Circumstances) -> bool:
    """Forget what others changed; return whether they are about to."""
    coming = False
    for each in after(known.foreign, row.default_at):
        if row.default_at and each.at and each.touches_default(known.number):
            forget_default(row)
    for each in touching_limit(row, known):
        if each.at is None:
            coming = True
        else:
            forget_limit(row, known.settings)
    return coming


def touching_limit(row: LimitRow, known: Circumstances) -> list[Foreign]:
    """Return what others did to the limit of the running charge since it was confirmed, or since it began."""
    charge = known.charge
    if charge is None:
        return []
    began = charge.started_received_at
    return [
        each
        for each in after(known.foreign, row.confirmed_at or began - AROUND)
        if each.touches_limit(known.number) and (each.action == START or each.at is None or each.at > began)
    ]


def _ruled_until_now(row: LimitRow, settings: Range, now: datetime) -> float:
    """Return the largest setting that may have ruled a connector until it confirmed another one."""
    if row.confirmed is None or row.confirmed_at is None:
        ruled = [settings.hardware if row.default is None else row.default]
    else:
        settled = now - row.confirmed_at > timedelta(seconds=row.latency_s or LATENCY_S)
        ruled = [row.confirmed] if settled or row.before is None else [row.confirmed, row.before]
    if row.why == Why.DISOBEYS:  # it was told again, and may well go on
        ruled.append(row.envelope or 0.0)
    return max([*ruled, row.doubtful or 0.0])
