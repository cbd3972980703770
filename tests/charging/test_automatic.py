"""What is to be done about a connector, by itself: a table of standings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chargers.types import CommandState
from charging.automatic import Attempt, Ended, Move, Next, Running, Standing, next_step
from charging.types import AutomaticFailure, AutomaticKind, AutomaticState

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RESTART = AutomaticKind.RESTART


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def standing(status: str = "Preparing", since: float = 10, **fields: Any) -> Standing:
    known = {"online": True, "free": True, "start_tag": "FLEET", "restarts": True}
    return Standing(status=status, since=ago(since), **{**known, **fields})


def running(since: float, **fields: Any) -> Running:
    return Running(tag="BUS", received_at=ago(since), **fields)


def ended(since: float, reason: str) -> Ended:
    return Ended(tag="BUS", at=ago(since), reason=reason)


def attempt(since: float, order: CommandState | None = CommandState.ACCEPTED, **fields: Any) -> Attempt:
    known = {"kind": AutomaticKind.START, "state": AutomaticState.TRYING, "tag": "FLEET", "tries": 1}
    return Attempt(tried_at=ago(since), order=order, **{**known, **fields})


GIVEN_UP = attempt(500, state=AutomaticState.FAILED)
START = Next(Move.START, "FLEET")
WAIT = Next(Move.WAIT)


def fail(failure: AutomaticFailure) -> Next:
    return Next(Move.FAIL, failure=failure)


CASES: dict[str, tuple[Standing, Next]] = {
    "a vehicle that was plugged in is started": (standing(), START),
    "not within the first seconds": (standing(since=2), WAIT),
    "not where no tag is named": (standing(start_tag=""), WAIT),
    "not while the charge point is away": (standing(online=False), WAIT),
    "not while something holds it back": (standing(free=False), WAIT),
    "not where nobody is": (standing("Available"), WAIT),
    "not after its own charge": (standing(last=ended(12, "Local")), WAIT),
    "but after that of the vehicle before": (standing(last=ended(600, "Local")), START),
    "what is tried is forgotten once unplugged": (
        standing("Available", attempt=attempt(5)),
        Next(Move.FORGET),
    ),
    "not forgotten while the charge point is away": (
        standing("Available", online=False, attempt=attempt(5)),
        WAIT,
    ),
    "an order that is not answered yet": (standing(attempt=attempt(5, CommandState.SENT)), WAIT),
    "an order that was refused, at first": (standing(attempt=attempt(5, CommandState.REJECTED)), WAIT),
    "and after a pause": (standing(attempt=attempt(31, CommandState.REJECTED)), START),
    "the second pause is longer": (standing(attempt=attempt(31, CommandState.REJECTED, tries=2)), WAIT),
    "the third time it is given up": (
        standing(attempt=attempt(1, CommandState.REJECTED, tries=3)),
        fail(AutomaticFailure.REFUSED),
    ),
    "an order without an answer": (
        standing(attempt=attempt(1, CommandState.TIMED_OUT, tries=3)),
        fail(AutomaticFailure.UNANSWERED),
    ),
    "an order whose row is gone": (standing(attempt=attempt(121, None, tries=2)), START),
    "an accepted order without a transaction": (standing(attempt=attempt(59)), WAIT),
    "is given a minute": (standing(attempt=attempt(61)), START),
    "the third time without a transaction": (
        standing(attempt=attempt(61, tries=3)),
        fail(AutomaticFailure.NO_TRANSACTION),
    ),
    "a transaction with power": (
        standing("Charging", power_w=4000, running=running(5), attempt=attempt(8)),
        Next(Move.SUCCEED),
    ),
    "a vehicle that declines": (
        standing("SuspendedEV", running=running(5), attempt=attempt(8)),
        Next(Move.SUCCEED),
    ),
    "a transaction that was refused": (
        standing("Charging", running=running(5, accepted=False), attempt=attempt(8)),
        fail(AutomaticFailure.NOT_AUTHORISED),
    ),
    "a transaction without power, at first": (
        standing("Charging", running=running(59), attempt=attempt(70)),
        WAIT,
    ),
    "and after a minute": (
        standing("SuspendedEVSE", running=running(61), attempt=attempt(70)),
        Next(Move.STOP, "BUS"),
    ),
    "without power where nothing may be stopped": (
        standing("SuspendedEVSE", stops=False, running=running(61), attempt=attempt(70)),
        fail(AutomaticFailure.NO_POWER),
    ),
    "without power, but held back": (
        standing("SuspendedEVSE", free=False, running=running(300), attempt=attempt(310)),
        WAIT,
    ),
    "a charge that is suspended for a minute": (
        standing("SuspendedEVSE", since=600, running=running(900)),
        Next(Move.STOP, "BUS", RESTART),
    ),
    "but has had power again for less": (
        standing("SuspendedEVSE", since=600, running=running(900), limited_at=ago(59)),
        WAIT,
    ),
    "and after a minute with power": (
        standing("SuspendedEVSE", since=600, running=running(900), limited_at=ago(60)),
        Next(Move.STOP, "BUS", RESTART),
    ),
    "one that its vehicle suspends since it had to wait": (
        standing("SuspendedEV", since=600, running=running(900), lost=True),
        Next(Move.STOP, "BUS", RESTART),
    ),
    "stopped to be started again": (
        standing("Finishing", attempt=attempt(5, stopping=True, kind=RESTART, tag="BUS")),
        Next(Move.START, "BUS", RESTART),
    ),
    "a stop that is refused": (
        standing(
            "SuspendedEVSE", running=running(90), attempt=attempt(5, CommandState.REJECTED, stopping=True)
        ),
        fail(AutomaticFailure.STOP_REFUSED),
    ),
    "a stop that has no effect": (
        standing("SuspendedEVSE", running=running(90), attempt=attempt(61, stopping=True)),
        fail(AutomaticFailure.UNANSWERED),
    ),
    "a transaction that was interrupted at once": (
        standing("Finishing", last=ended(3, "PowerLoss"), attempt=attempt(8)),
        Next(Move.START, "BUS", RESTART),
    ),
    "one that was interrupted again and again": (
        standing("Finishing", last=ended(3, "PowerLoss"), attempt=attempt(8, tries=3)),
        Next(Move.SUCCEED),
    ),
    "one that somebody stopped at once": (
        standing("Finishing", last=ended(3, "Local"), attempt=attempt(8)),
        Next(Move.SUCCEED),
    ),
    "a charge that was interrupted": (
        standing("Finishing", last=ended(20, "PowerLoss")),
        Next(Move.START, "BUS", RESTART),
    ),
    "one that was interrupted after it had started by itself": (
        standing("Finishing", last=ended(20, "Reboot"), attempt=attempt(900, state=AutomaticState.DONE)),
        Next(Move.START, "BUS", RESTART),
    ),
    "one that was interrupted long ago": (standing("Finishing", last=ended(1000, "PowerLoss")), WAIT),
    "one that somebody stopped": (standing("Finishing", last=ended(20, "Remote")), WAIT),
    "one where nothing is started again": (
        standing("Finishing", restarts=False, last=ended(20, "PowerLoss")),
        WAIT,
    ),
    "a charge that does not go on": (
        standing("SuspendedEVSE", since=61, running=running(3600)),
        Next(Move.STOP, "BUS", RESTART),
    ),
    "one that is suspended for a moment": (standing("SuspendedEVSE", since=59, running=running(3600)), WAIT),
    "one that its vehicle suspends": (standing("SuspendedEV", since=600, running=running(3600)), WAIT),
    "one that was given up": (
        standing("SuspendedEVSE", since=600, running=running(3600), attempt=GIVEN_UP),
        WAIT,
    ),
    "one that was given up and charges after all": (
        standing(
            "Charging", power_w=9000, running=running(60), attempt=attempt(500, state=AutomaticState.FAILED)
        ),
        Next(Move.SUCCEED),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_next_step(name: str) -> None:
    given, expected = CASES[name]
    assert next_step(given, NOW) == expected
