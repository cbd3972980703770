"""Why is it not charging? One sentence from facts, and the button that mends it.

`why` and `brief` are pure: they read nothing but the facts and the time. The causes stand in the order in
which they decide; a new one is an entry in their table, with a fact where there is none yet.
"""

from __future__ import annotations

from datetime import datetime

from evkit.console.why.badge import BADGE_CAUSES
from evkit.console.why.cause import Answer, Cause, Means, filled_in
from evkit.console.why.charge import CHARGE_CAUSES
from evkit.console.why.device import DEVICE_CAUSES
from evkit.console.why.facts import Facts
from evkit.console.why.words import Words

__all__ = ["CAUSES", "Answer", "Cause", "Facts", "Means", "brief", "why"]

CAUSES: tuple[Cause, ...] = (*DEVICE_CAUSES, *BADGE_CAUSES, *CHARGE_CAUSES)


def why(facts: Facts, now: datetime) -> Answer | None:
    """Return why a connector does not charge; None when it charges or nobody wants it to."""
    cause = _cause(facts, now)
    if cause is None:
        return None
    sentence = str(cause.sentence) % Words(facts, now)
    return Answer(cause.code, sentence, cause.remedy, filled_in(cause.remedy, facts))


def brief(facts: Facts, now: datetime) -> str:
    """Return the same in the few words that a list has room for; empty where `why` returns None."""
    cause = _cause(facts, now)
    return "" if cause is None else str(cause.brief) % Words(facts, now)


def _cause(facts: Facts, now: datetime) -> Cause | None:
    if facts.delivers(now):
        return None
    return next((cause for cause in CAUSES if cause.when(facts, now)), None)
