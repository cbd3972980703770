"""Slows down who fails to log in again and again: bounded memory, no database."""

from __future__ import annotations

from collections import OrderedDict

FREE_FAILURES = 5
FORGET_S = 600.0
LONGEST_S = 300.0
REMEMBERED = 10_000


class Throttle:
    """Counts failures per key; after five, each doubles the time in which the key is refused at once."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def refuses(self, key: str, now: float) -> bool:
        """Tell whether `key` must wait; `now` in s on any steady clock."""
        count, last = self._failures.get(key, (0, 0.0))
        if count < FREE_FAILURES:
            return False
        return bool(now - last < min(2.0 ** (count - FREE_FAILURES), LONGEST_S))

    def failed(self, key: str, now: float) -> None:
        """Count a failure of `key`."""
        count, last = self._failures.pop(key, (0, now))
        self._failures[key] = (count + 1 if now - last < FORGET_S else 1, now)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of `key`."""
        self._failures.pop(key, None)
