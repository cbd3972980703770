"""Tells every web process what changed: ids only, at most four times a second.

The page then fetches its fragments through its own view, so that role and language are the viewer's.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

from channels.layers import InMemoryChannelLayer, get_channel_layer

from evkit.console.live.notes import SETTINGS, TOPICS, Notes
from evkit.core.events import Event, EventBus

log = logging.getLogger(__name__)

INTERVAL_S = 0.25
GROUP = "live"


class LivePublisher:
    """Collects changes and sends them to the web processes.

    The first change goes out at once; those that follow within the interval go out together.
    """

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._notes = Notes()
        self._timer: threading.Timer | None = None
        self._last = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send from this event loop on: the one that serves the browsers."""
        self._loop = loop

    def changed(self, events: Sequence[Event]) -> None:
        """Note what changed; called by the event bus on its own thread."""
        with self._lock:
            self._notes.add_events(events)
            self._schedule()

    def _schedule(self) -> None:
        """Start the timer unless it runs or nothing waits; the lock is held."""
        if self._timer is not None or not self._notes:
            return
        delay = max(0.0, self._last + self._interval_s - time.monotonic())
        self._timer = threading.Timer(delay, self._flush)
        self._timer.daemon = True
        self._timer.start()

    def _flush(self) -> None:
        """Hand the notes to the channel layer, without waiting for it."""
        with self._lock:
            messages = self._notes.take()
            self._timer, self._last = None, time.monotonic()
        layer = get_channel_layer()
        loop = self._loop_for(layer)
        if layer is not None and loop is not None:
            message = {"type": "live", "notes": messages}
            sent = asyncio.run_coroutine_threadsafe(layer.group_send(GROUP, message), loop)
            sent.add_done_callback(_note_failure)

    def _loop_for(self, layer: object) -> asyncio.AbstractEventLoop | None:
        """Return the loop to send from: the browsers' own, else one of the publisher's.

        The layer in memory only reaches browsers of this process: without any, nobody listens.
        """
        if self._loop is not None and self._loop.is_running():
            return self._loop
        if isinstance(layer, InMemoryChannelLayer):
            return None
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="live-feed", daemon=True).start()
        return self._loop


def _note_failure(sent: Future[None]) -> None:
    """Log that a message was lost: the layer is down, and pages fetch everything now and then."""
    if not sent.cancelled() and sent.exception() is not None:
        log.warning("live_feed_not_sent", extra={"cause": str(sent.exception())})


publisher = LivePublisher()


def publish(events: Sequence[Event]) -> None:
    """Tell browsers of these events: the subscriber of the event bus."""
    publisher.changed(events)


def subscribe(bus: EventBus) -> None:
    """Listen to what changes; safe to call more than once."""
    bus.unsubscribe(publish)
    for event_type in (*TOPICS, *SETTINGS):
        bus.subscribe(event_type, publish)
