"""Tells browsers which charge points changed: ids only, at most four times a second per site.

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

from chargers.events import (
    ChargePointChanged,
    CommandChanged,
    ConfigurationApplied,
    DeferredAnswered,
    DeferredAsked,
)
from evkit.core.events import Event, EventBus
from sites.events import SettingsChanged, SiteChanged

log = logging.getLogger(__name__)

SETTINGS = (ConfigurationApplied, SettingsChanged, SiteChanged)

INTERVAL_S = 0.25
ALL_SITES = "sites"


def site_group(site_id: int) -> str:
    """Return the channel-layer group of a site's viewers."""
    return f"site.{site_id}"


class LivePublisher:
    """Collects changes and sends them to the groups of the sites concerned.

    The first change goes out at once; those that follow within the interval go out together.
    """

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._lock = threading.Lock()
        self._changed: dict[int, set[int]] = {}
        self._asked: set[int] = set()
        self._everything = False
        self._timer: threading.Timer | None = None
        self._last = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send from this event loop on: the one that serves the browsers."""
        self._loop = loop

    def changed(self, events: Sequence[Event]) -> None:
        """Note what changed; called by the event bus on its own thread."""
        with self._lock:
            for event in events:
                if isinstance(event, SETTINGS):
                    self._everything = True
                elif isinstance(event, DeferredAsked | DeferredAnswered) and event.site_id:
                    self._asked.add(event.site_id)
                elif isinstance(event, ChargePointChanged | CommandChanged) and event.site_id:
                    self._changed.setdefault(event.site_id, set()).add(event.charge_point_id)
            self._schedule()

    def _schedule(self) -> None:
        """Start the timer unless it runs or nothing waits; the lock is held."""
        if self._timer is not None or not (self._changed or self._asked or self._everything):
            return
        delay = max(0.0, self._last + self._interval_s - time.monotonic())
        self._timer = threading.Timer(delay, self._flush)
        self._timer.daemon = True
        self._timer.start()

    def _flush(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, {}
            asked, self._asked = self._asked, set()
            everything, self._everything = self._everything, False
            self._timer, self._last = None, time.monotonic()
        messages = [
            (site_group(site), {"type": "live.changed", "site": site, "charge_points": sorted(ids)})
            for site, ids in changed.items()
        ]
        messages += [(site_group(site), {"type": "live.asked", "site": site}) for site in sorted(asked)]
        if everything:
            messages.append((ALL_SITES, {"type": "live.changed", "site": None, "charge_points": None}))
        for group, message in messages:
            self._send(group, message)

    def _send(self, group: str, message: dict[str, object]) -> None:
        """Hand a message to the channel layer, without waiting for it."""
        layer = get_channel_layer()
        loop = self._loop_for(layer)
        if layer is not None and loop is not None:
            sent = asyncio.run_coroutine_threadsafe(layer.group_send(group, message), loop)
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
    """Log that a message was lost: the layer is down, and pages fetch everything on its return."""
    if not sent.cancelled() and sent.exception() is not None:
        log.warning("live_feed_not_sent", extra={"cause": str(sent.exception())})


publisher = LivePublisher()


def publish(events: Sequence[Event]) -> None:
    """Tell browsers of these events: the subscriber of the event bus."""
    publisher.changed(events)


def subscribe(bus: EventBus) -> None:
    """Listen to what changes; safe to call more than once."""
    bus.unsubscribe(publish)
    for event_type in (ChargePointChanged, CommandChanged, DeferredAsked, DeferredAnswered, *SETTINGS):
        bus.subscribe(event_type, publish)
