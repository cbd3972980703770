"""What pages were told of a site in the last rounds: what a page that missed some of them lacks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

SPANS: Final = (1, 2, 4, 8)


class Rounds:
    """The charge points that changed in the last round, in the last two, four and eight.

    Pages fall behind by different numbers of rounds; with a set for each they would all ask for something
    else. Each gets the smallest of these few sets that holds what it lacks, so that many ask for the same.
    """

    def __init__(self) -> None:
        self._rounds: deque[frozenset[int]] = deque(maxlen=SPANS[-1])
        self._sets: list[frozenset[int]] = []

    def add(self, ids: Iterable[int] | None) -> None:
        """Begin a round in which these changed; None, everything, ends what can be said of those before."""
        if ids is None:
            self._rounds.clear()
        else:
            self._rounds.appendleft(frozenset(ids))
        latest = list(self._rounds)
        self._sets = [frozenset().union(*latest[:span]) for span in SPANS]

    def covering(self, ids: AbstractSet[int]) -> frozenset[int] | None:
        """Return the smallest set that holds all of these, None if none does."""
        return next((each for each in self._sets if ids <= each), None)
