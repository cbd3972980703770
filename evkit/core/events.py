"""The typed event bus: what happened, told after the commit.

Publishers hand frozen dataclasses to `publish`; subscribers registered by `evkit.wiring` receive them
in batches on the dispatcher's own thread, never on the thread that wrote. An event is a hint that
makes things fast; what must not be lost is a database row plus a sweep.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import connections, transaction

log = logging.getLogger(__name__)

MAX_WAITING = 100_000


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; subclasses carry ids and small facts, never model instances."""


Subscriber = Callable[[Sequence[Event]], None]


class EventBus:
    """Delivers events to subscribers on one background thread.

    Args:
        subscribers: (event type, subscriber) pairs; a subscriber gets every event of its type.
    """

    def __init__(self, subscribers: Iterable[tuple[type[Event], Subscriber]] = ()) -> None:
        self._subscribers = list(subscribers)
        self._waiting: queue.Queue[Event | threading.Event] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def subscribe(self, event_type: type[Event], subscriber: Subscriber, *, first: bool = False) -> None:
        """Call `subscriber` with batches of `event_type` (and its subclasses).

        `first`: before all who are there already, because a charge point waits for what it does.
        """
        self._subscribers.insert(0 if first else len(self._subscribers), (event_type, subscriber))

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop calling `subscriber`."""
        self._subscribers = [pair for pair in self._subscribers if pair[1] is not subscriber]

    def publish(self, events: Iterable[Event]) -> None:
        """Queue `events` for delivery; drops them, with a log entry, when subscribers cannot follow."""
        self._ensure_running()
        for event in events:
            try:
                self._waiting.put_nowait(event)
            except queue.Full:
                log.warning("event_dropped", extra={"told": type(event).__name__})
                return

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until everything published so far was delivered; tell whether it was."""
        self._ensure_running()
        mark = threading.Event()
        self._waiting.put(mark)
        return mark.wait(timeout_s)

    def _ensure_running(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="events", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            self._deliver([item for item in batch if isinstance(item, Event)])
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()

    def _deliver(self, events: Sequence[Event]) -> None:
        for event_type, subscriber in list(self._subscribers):
            chosen = [event for event in events if isinstance(event, event_type)]
            if not chosen:
                continue
            try:
                subscriber(chosen)
            except Exception:
                log.exception("event_subscriber_failed", extra={"told": event_type.__name__})
                connections.close_all()  # it may be the lost connection of this thread that failed


bus = EventBus()


def publish_after_commit(*events: Event) -> None:
    """Publish `events` once the current transaction has committed (at once outside of one)."""
    transaction.on_commit(lambda: bus.publish(events))
