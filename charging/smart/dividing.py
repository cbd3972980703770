"""How the connectors of one charge point share its power, whatever the rule of their site.

Pure. A charge point may divide in its own way: one connector after the other, or what is left to who came
later. That only ever takes something away: caps fall, and connectors wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from charging.smart.connector import Connector


class Division(StrEnum):
    """How a charge point divides its power between its connectors."""

    AS_SITE = ""
    FIRST_COME = "first_come"
    PRIORITY = "priority"
    ONE_AT_A_TIME = "one_at_a_time"


@dataclass(frozen=True, slots=True)
class Post:
    """A charge point: `most_w` is shared by its connectors, those at `places` of a site."""

    division: Division
    most_w: float | None
    places: tuple[int, ...]


def divided(connectors: Sequence[Connector], posts: Sequence[Post]) -> tuple[Connector, ...]:
    """Return the connectors with what the division of their charge points leaves them."""
    found = list(connectors)
    for post in posts:
        queue = [
            index for index in post.places if connectors[index].charging and not connectors[index].barred
        ]
        queue.sort(key=lambda index: _turn(connectors[index], post.division))
        if post.division == Division.ONE_AT_A_TIME:
            for index in queue[1:]:
                found[index] = replace(found[index], barred=True)
        elif post.division != Division.AS_SITE and post.most_w is not None:
            _hand_down(found, queue, post.most_w)
    return tuple(found)


def _turn(connector: Connector, division: Division) -> tuple[bool, int, float]:
    """Return the place in the queue: who takes nothing last, then by priority, then by arrival."""
    return connector.rests, -connector.tier if division == Division.PRIORITY else 0, connector.started


def _hand_down(found: list[Connector], queue: Sequence[int], most_w: float) -> None:
    """Let every connector leave to the later ones what it cannot use; a minimum is left to each."""
    left_w = most_w - sum(found[index].minimum * found[index].load.watts for index in queue)
    for index in queue:
        each = found[index]
        most = min(each.hardware, each.cap or each.hardware)
        cap = min(most, each.minimum + max(left_w, 0.0) / each.load.watts)
        left_w -= max(cap - each.minimum, 0.0) * each.load.watts
        found[index] = replace(each, cap=cap)
