"""Reading on a connection of its own.

SQLite lets nobody write on a connection that reads a snapshot which others have written past
(SQLITE_BUSY_SNAPSHOT): the rows of an export are read on one connection, its progress is kept on another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Full, Queue
from typing import Any, Final

from django.db import connections
from django.utils import timezone, translation

AHEAD: Final = 2
WAIT_S: Final = 0.2

Stretches = Callable[[], Iterator[list[Any]]]


def read_beside(read: Stretches) -> Iterator[list[Any]]:
    """Yield what `read` yields on a thread, and thus a connection, of its own; it never runs far ahead.

    Language and time zone are those of the caller: a thread begins with the usual ones.
    """
    language, zone = translation.get_language() or "en", timezone.get_current_timezone()

    def read_alike() -> Iterator[list[Any]]:
        with translation.override(language), timezone.override(zone):
            yield from read()

    found: Queue[list[Any] | Exception | None] = Queue(AHEAD)
    given_up = threading.Event()
    reader = threading.Thread(
        target=_read, args=(read_alike, found, given_up), name="export-reader", daemon=True
    )
    reader.start()
    try:
        while (stretch := found.get()) is not None:
            if isinstance(stretch, Exception):
                raise stretch
            yield stretch
    finally:
        given_up.set()
        reader.join()


def _read(read: Stretches, found: Queue[list[Any] | Exception | None], given_up: threading.Event) -> None:
    try:
        for stretch in read():
            if not _put(found, stretch, given_up):
                return
        _put(found, None, given_up)
    except Exception as error:  # noqa: BLE001  # whoever waits for the rows raises it
        _put(found, error, given_up)
    finally:
        connections.close_all()


def _put(found: Queue[Any], item: object, given_up: threading.Event) -> bool:
    while not given_up.is_set():
        try:
            found.put(item, timeout=WAIT_S)
        except Full:
            continue
        return True
    return False
