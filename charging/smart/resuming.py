"""Whether a charge goes on by itself after a limit of 0: what a connector shows of that.

Pure. Most vehicles wake up when they are offered power again; some charge points and vehicles do not before
the charge is started again, or the cable is pulled. A full vehicle takes nothing either: it teaches nothing.
Therefore only a vehicle counts that took all that it was offered until a limit of 0 interrupted it:

- it takes power again: the charge went on;
- it takes nothing for two minutes although it is offered its minimum: a failure, at most one for each charge;
- the same vehicle takes all that it is offered in the next charge, soon after: that proves it.

One proof, or two failures with no charge between them that went on, and the connector does not resume. One
charge that goes on, and it does. What comes late counts neither way: somebody may have pulled the cable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from charging.smart.connector import STANDBY, uses_all
from charging.smart.resting import RESTS_AFTER_S

GOES_ON_S: Final = RESTS_AFTER_S
"""Within so long a charge goes on once it is offered power again; afterwards its vehicle rests."""

OFFERED_S: Final = 60.0
"""A charge that was ended when it was offered power for so long, and took none, may have been lost."""

ENOUGH: Final = 2
"""So many failures show that a connector does not resume; a proof counts as many."""


class Trial(IntEnum):
    """How far a charge has come; `AGAIN` is the charge that follows one that was lost."""

    NONE = 0
    TAKES_ALL = 1
    INTERRUPTED = 2
    OFFERED = 3
    LOST = 4
    AGAIN = 5


@dataclass(frozen=True, slots=True)
class Resuming:
    """What a connector has shown: `resumes` is None for nothing, `failures` are those in a row."""

    trial: Trial = Trial.NONE
    resumes: bool | None = None
    failures: int = 0


def resuming_of(
    known: Resuming,
    *,
    offered: float | None,
    taken: float | None,
    minimum: float,
    step: float,
    changed_ago_s: float,
    same_vehicle: Callable[[], bool],
) -> Resuming:
    """Return what a connector has shown, by what its vehicle takes of what it is offered (None: not known).

    `changed_ago_s`: since it was told another setting. `same_vehicle` is asked whether this charge is of the
    vehicle whose charge was lost just before.
    """
    if offered is None or taken is None:
        return known
    flows = taken > minimum * STANDBY
    if offered < minimum:
        return replace(known, trial=_without_power(known.trial, flows=flows))
    if not flows:
        return _still(known, changed_ago_s)
    return _flowing(known, same_vehicle, takes_all=uses_all(taken, offered, step))


def trial_after(trial: Trial, *, offered_for_s: float | None, another: bool) -> Trial:
    """Return the trial once a charge is over; `another` one has begun.

    `offered_for_s`: so long it was offered its minimum at the end, None if it was not.
    """
    offered = trial == Trial.OFFERED and offered_for_s is not None and offered_for_s >= OFFERED_S
    if trial != Trial.LOST and not offered:
        return Trial.NONE
    return Trial.AGAIN if another else Trial.LOST


def _without_power(trial: Trial, *, flows: bool) -> Trial:
    if trial == Trial.AGAIN:
        return Trial.NONE
    return Trial.INTERRUPTED if not flows and trial in {Trial.TAKES_ALL, Trial.OFFERED} else trial


def _still(known: Resuming, changed_ago_s: float) -> Resuming:
    if known.trial == Trial.TAKES_ALL:
        return replace(known, trial=Trial.NONE)
    if known.trial not in {Trial.INTERRUPTED, Trial.OFFERED}:
        return known
    if changed_ago_s < GOES_ON_S:
        return replace(known, trial=Trial.OFFERED)
    failures = min(known.failures + 1, ENOUGH)
    return Resuming(Trial.LOST, False if failures == ENOUGH else known.resumes, failures)


def _flowing(known: Resuming, same_vehicle: Callable[[], bool], *, takes_all: bool) -> Resuming:
    trial = Trial.TAKES_ALL if takes_all else Trial.NONE
    if known.trial in {Trial.INTERRUPTED, Trial.OFFERED}:
        return Resuming(trial, resumes=True)
    if known.trial == Trial.LOST:
        return Resuming(trial, None if known.resumes is False else known.resumes, max(known.failures - 1, 0))
    if known.trial == Trial.AGAIN:
        if not takes_all:
            return known
        if same_vehicle():
            return Resuming(trial, resumes=False, failures=ENOUGH)
    return replace(known, trial=trial)
