"""A lock that is given in the order in which it is asked for."""

from __future__ import annotations

import threading
import time
import weakref
from collections import deque
from typing import Final

LOOK_S: Final = 1.0
"""So often those who wait look whether whoever has its turn still exists."""


class Turns:
    """One has its turn at a time, the others wait behind it.

    A lock of `threading` goes to anybody who waits, mostly to whoever gave it back just now. Any thread may
    give a turn back, and whoever is gone without giving it back does not hold up the others.
    """

    def __init__(self) -> None:
        self._queue: deque[weakref.ref[object]] = deque()
        self._moved = threading.Condition()

    def take(self, who: object, timeout_s: float) -> bool:
        """Wait for the turn of `who`; tell whether it came in time."""
        mine = weakref.ref(who)
        latest = time.monotonic() + timeout_s
        with self._moved:
            self._queue.append(mine)
            while self._first() is not who:
                left_s = latest - time.monotonic()
                if left_s <= 0:
                    self._queue.remove(mine)
                    return False
                self._moved.wait(min(left_s, LOOK_S))
        return True

    def has(self, who: object) -> bool:
        """Tell whether it is the turn of `who`."""
        with self._moved:
            return bool(self._queue) and self._first() is who

    def give_back(self, who: object) -> None:
        """Let the next one have its turn; nothing happens where `who` has none."""
        with self._moved:
            if self._queue and self._first() is who:
                self._queue.popleft()
                self._moved.notify_all()

    def _first(self) -> object:
        """Return whose turn it is, without those that are gone."""
        while (first := self._queue[0]()) is None and len(self._queue) > 1:
            self._queue.popleft()
        return first
