"""Turns of the processes that write one SQLite file: locks on two bytes of a file beside it.

Whoever wants to write first gets in line (the first byte), then waits there for whoever writes (the second).
So whoever has just written cannot write again before somebody who waits. SQLite's own waiting, which looks
for a gap every now and then, lets the busiest win. The system frees the locks of a process that ends.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from functools import cache
from typing import Final

log = logging.getLogger(__name__)

SUFFIX: Final = "-turns"
LOOK_S: Final = 0.002
"""So often a process that waits looks whether it is its turn."""

_LINE: Final = 0
_WRITING: Final = 1


class ProcessTurns:
    """The lock of one database file; within a process one thread at a time may use it.

    Args:
        descriptor: the open lock file. It is never closed: that would free the locks of the whole process.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def take(self, timeout_s: float) -> bool:
        """Wait for this process's turn; tell whether it came in time."""
        latest = time.monotonic() + timeout_s
        if not self._lock(_LINE, latest):
            return False
        try:
            return self._lock(_WRITING, latest)
        finally:
            self._unlock(_LINE)

    def give_back(self) -> None:
        """Let the next process have its turn; nothing happens where this one has none."""
        self._unlock(_WRITING)

    def _lock(self, byte: int, latest: float) -> bool:
        while True:
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except OSError:
                if time.monotonic() >= latest:
                    return False
                time.sleep(LOOK_S)
            else:
                return True

    def _unlock(self, byte: int) -> None:
        fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, byte)


@cache
def turns_of(database: str) -> ProcessTurns | None:
    """Return the turns of a database file; None where none can be taken beside it."""
    try:
        turns = ProcessTurns(os.open(database + SUFFIX, os.O_RDWR | os.O_CREAT, 0o666))
        turns.give_back()  # fails where the file system knows no locks
    except OSError as error:
        log.warning("turns_of_processes_missing", extra={"cause": str(error)})
        return None
    return turns
