"""When a charge is started, or started again, without anybody asking (R19). Pure: facts in, a step out.

A vehicle that is plugged in where its site or connector names an id tag is started with it. A charge that was
interrupted while the vehicle stayed plugged in, or that does not go on although nothing holds it back, is
started again. Every try is bounded, waits longer than the one before, and counts only once power flows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chargers.types import CommandState, ConnectorStatus
from charging.types import AutomaticFailure, AutomaticKind, AutomaticState

SETTLE: Final = timedelta(seconds=3)
"""A vehicle is plugged in for so long before it is started: somebody may be about to show a badge."""

PATIENCE: Final = timedelta(seconds=60)
"""A transaction has to follow its order within so long, and power the transaction."""

STALLED: Final = timedelta(seconds=60)
"""A charge that is suspended for so long although nothing holds it back does not go on."""

FRESH: Final = timedelta(minutes=15)
"""A charge that was interrupted longer ago is not started again."""

AFTER_CHARGE: Final = timedelta(seconds=60)
"""A connector may go back to Preparing so long after its charge ended, with the same vehicle."""

MAX_TRIES: Final = 3
PAUSES: Final = (timedelta(seconds=30), timedelta(seconds=120))
"""Between the tries."""

FLOW_W: Final = 100.0
INTERRUPTIONS: Final = frozenset({"PowerLoss", "Reboot", "HardReset", "SoftReset", "Other"})
"""Reasons of a stop that nobody wanted (OCPP 1.6 §7.36)."""

PLUGGED: Final = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)
_UNDECIDED: Final = frozenset({CommandState.QUEUED, CommandState.SENT})
_REFUSED: Final = frozenset({CommandState.REJECTED, CommandState.FAILED})


class Move(StrEnum):
    """What is to be done about a connector."""

    WAIT = "wait"
    FORGET = "forget"
    START = "start"
    STOP = "stop"
    SUCCEED = "succeed"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Next:
    """A move, with what it needs: the tag to start with, the kind of attempt, why it failed."""

    move: Move
    tag: str = ""
    kind: AutomaticKind = AutomaticKind.START
    failure: AutomaticFailure | None = None


WAIT: Final = Next(Move.WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The open transaction of a connector."""

    tag: str
    received_at: datetime
    accepted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last transaction of a connector that has ended; `at` is when we were told."""

    tag: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was tried since the vehicle was plugged in; `order` is the state of the last command."""

    kind: AutomaticKind
    state: AutomaticState
    tag: str
    tries: int
    tried_at: datetime
    stopping: bool = False
    order: CommandState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a connector.

    Attributes:
        status: as reported; `since` when it began.
        online: whether its charge point is connected.
        free: nothing holds it back: its schedule is active, there is no pause, its limit leaves power.
        limited_at: when its limit was told last.
        lost: its vehicle took power until a limit of 0 interrupted it, and none since that was raised again.
        power_w: measured, in W.
        start_tag: the id tag to start with, "" if charges do not start by themselves here.
        restarts: whether interrupted charges are started again.
        stops: whether a charge may be stopped to start it again: some vehicles wake up by nothing else,
            some charge points need the cable pulled after it.
    """

    status: str
    since: datetime | None
    online: bool
    free: bool
    limited_at: datetime | None = None
    lost: bool = False
    power_w: float = 0.0
    start_tag: str = ""
    restarts: bool = False
    stops: bool = True
    running: Running | None = None
    last: Ended | None = None
    attempt: Attempt | None = None


def next_step(standing: Standing, now: datetime) -> Next:
    """Return what is to be done about a connector at `now`."""
    if not standing.online:
        return WAIT
    if standing.status not in PLUGGED:
        return Next(Move.FORGET) if standing.attempt is not None else WAIT
    attempt = standing.attempt
    if attempt is not None and attempt.state == AutomaticState.TRYING:
        return _go_on(standing, attempt, now)
    if attempt is not None and attempt.state == AutomaticState.FAILED and _flows(standing):
        return Next(Move.SUCCEED)
    if not standing.free or (attempt is not None and attempt.state == AutomaticState.FAILED):
        return WAIT
    return _begin(standing, now)


def _begin(standing: Standing, now: datetime) -> Next:
    running, last = standing.running, standing.last
    if running is not None:
        if standing.restarts and standing.stops and _stalled(standing, running, now):
            return Next(Move.STOP, running.tag, AutomaticKind.RESTART)
        return WAIT
    if standing.restarts and last is not None and last.tag and _interrupted(last, now):
        return Next(Move.START, last.tag, AutomaticKind.RESTART)
    if standing.attempt is None and standing.start_tag and _newly_plugged(standing, now):
        return Next(Move.START, standing.start_tag)
    return WAIT


def _stalled(standing: Standing, running: Running, now: datetime) -> bool:
    """Tell whether a charge had time to go on since it may; a vehicle that suspends it may be full."""
    since = max(standing.since or now, running.received_at, standing.limited_at or running.received_at)
    by_vehicle = standing.status == ConnectorStatus.SUSPENDED_EV and standing.lost
    return (by_vehicle or standing.status == ConnectorStatus.SUSPENDED_EVSE) and now - since >= STALLED


def _interrupted(last: Ended, now: datetime) -> bool:
    return last.reason in INTERRUPTIONS and now - last.at <= FRESH


def _newly_plugged(standing: Standing, now: datetime) -> bool:
    since, last = standing.since, standing.last
    if standing.status != ConnectorStatus.PREPARING or since is None or now - since < SETTLE:
        return False
    return last is None or since - last.at > AFTER_CHARGE


def _go_on(standing: Standing, attempt: Attempt, now: datetime) -> Next:
    running = standing.running
    if running is None:
        return _await_transaction(standing, attempt, now)
    if attempt.stopping:
        return _await_stop(attempt, now)
    return _await_power(standing, running, attempt, now)


def _await_transaction(standing: Standing, attempt: Attempt, now: datetime) -> Next:
    if attempt.stopping:
        return Next(Move.START, attempt.tag, attempt.kind)
    if standing.last is not None and standing.last.at >= attempt.tried_at:
        return _after_its_end(standing, standing.last, attempt, now)
    accepted = attempt.order == CommandState.ACCEPTED
    if attempt.order in _UNDECIDED or (accepted and now - attempt.tried_at < PATIENCE):
        return WAIT
    return _again(standing, attempt, _why_not(attempt.order), now)


def _why_not(order: CommandState | None) -> AutomaticFailure:
    if order == CommandState.ACCEPTED:
        return AutomaticFailure.NO_TRANSACTION
    return AutomaticFailure.REFUSED if order in _REFUSED else AutomaticFailure.UNANSWERED


def _after_its_end(standing: Standing, last: Ended, attempt: Attempt, now: datetime) -> Next:
    """Return what follows a transaction that began and ended before power was seen."""
    again = standing.restarts and last.tag and _interrupted(last, now) and attempt.tries < MAX_TRIES
    return Next(Move.START, last.tag, AutomaticKind.RESTART) if again else Next(Move.SUCCEED)


def _await_stop(attempt: Attempt, now: datetime) -> Next:
    """A stop is ordered once; a charge point that does not obey it does not start again either."""
    if attempt.order in _REFUSED:
        return Next(Move.FAIL, failure=AutomaticFailure.STOP_REFUSED)
    if attempt.order in _UNDECIDED or now - attempt.tried_at < PATIENCE:
        return WAIT
    return Next(Move.FAIL, failure=AutomaticFailure.UNANSWERED)


def _await_power(standing: Standing, running: Running, attempt: Attempt, now: datetime) -> Next:
    if not running.accepted:
        return Next(Move.FAIL, failure=AutomaticFailure.NOT_AUTHORISED)
    if _flows(standing) or standing.status == ConnectorStatus.SUSPENDED_EV:
        return Next(Move.SUCCEED)
    if not standing.free or now - running.received_at < PATIENCE:
        return WAIT
    if standing.restarts and standing.stops and attempt.tries < MAX_TRIES:
        return Next(Move.STOP, running.tag, attempt.kind)
    return Next(Move.FAIL, failure=AutomaticFailure.NO_POWER)


def _flows(standing: Standing) -> bool:
    return standing.running is not None and standing.power_w >= FLOW_W


def _again(standing: Standing, attempt: Attempt, failure: AutomaticFailure, now: datetime) -> Next:
    if attempt.tries >= MAX_TRIES:
        return Next(Move.FAIL, failure=failure)
    if not standing.free or now - attempt.tried_at < PAUSES[attempt.tries - 1]:
        return WAIT
    return Next(Move.START, attempt.tag, attempt.kind)
