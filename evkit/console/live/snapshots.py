"""What many viewers look at, read once for all who waited for it."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.http import HttpRequest

from evkit.core.lanes import ARRIVED

T = TypeVar("T")

KEPT: Final = 32


@dataclass(slots=True)
class Snapshot:
    """A value and when reading it began; the lock lets one thread read and the others wait for it."""

    lock: threading.Lock
    began: float = 0.0
    value: Any = None


class Snapshots:
    """Shares what was read among requests.

    A request gets what was read for another only if that reading began after the request had arrived: it
    then sees everything that had been committed by then, as if it had read itself. Under load, when requests
    wait for their turn, one reading serves all that waited; a lone request always reads.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Snapshot] = OrderedDict()

    def get(self, key: Hashable, request: HttpRequest, read: Callable[[], T]) -> T:
        """Return the value for `key` as of the request's arrival or later; `read` reads it.

        The key names all that `read` depends on: language and time zone too, if it words anything.
        """
        arrived: float = getattr(request, "scope", {}).get(ARRIVED, time.monotonic())
        snapshot = self._snapshot(key)
        with snapshot.lock:
            if snapshot.began <= arrived:
                began = time.monotonic()
                snapshot.value = read()
                snapshot.began = began
            value: T = snapshot.value
            return value

    def _snapshot(self, key: Hashable) -> Snapshot:
        with self._lock:
            snapshot = self._known.setdefault(key, Snapshot(threading.Lock()))
            self._known.move_to_end(key)
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
            return snapshot


snapshots = Snapshots()
