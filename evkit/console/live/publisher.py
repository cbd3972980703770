"""Tells browsers which charge points changed: ids only, at most four times a second per site.

The page then fetches its fragments through its own view, so that role and language are the viewer's.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Sequence

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer

from chargers.events import ChargePointChanged, CommandChanged, ConfigurationApplied
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
                elif isinstance(event, ChargePointChanged | CommandChanged) and event.site_id:
                    self._changed.setdefault(event.site_id, set()).add(event.charge_point_id)
            self._schedule()

    def _schedule(self) -> None:
        """Start the timer unless it runs or nothing waits; the lock is held."""
        if self._timer is not None or not (self._changed or self._everything):
            return
        delay = max(0.0, self._last + self._interval_s - time.monotonic())
        self._timer = threading.Timer(delay, self._flush)
        self._timer.daemon = True
        self._timer.start()

    def _flush(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, {}
            everything, self._everything = self._everything, False
            self._timer, self._last = None, time.monotonic()
        messages = [
            (site_group(site), {"type": "live.changed", "site": site, "charge_points": sorted(ids)})
            for site, ids in changed.items()
        ]
        if everything:
            messages.append((ALL_SITES, {"type": "live.changed", "site": None, "charge_points": None}))
        for group, message in messages:
            self._send(group, message)

    def _send(self, group: str, message: dict[str, object]) -> None:
        """Hand a message to the channel layer; a layer that is down costs nothing but the message."""
        layer = get_channel_layer()
        if layer is None:
            return
        try:
            if self._loop is not None and self._loop.is_running():
                asyncio.run_coroutine_threadsafe(layer.group_send(group, message), self._loop)
            elif not isinstance(layer, InMemoryChannelLayer):
                async_to_sync(layer.group_send)(group, message)
        except Exception:
            log.warning("live_feed_not_sent", extra={"group": group}, exc_info=True)


publisher = LivePublisher()


def publish(events: Sequence[Event]) -> None:
    """Tell browsers of these events: the subscriber of the event bus."""
    publisher.changed(events)


def subscribe(bus: EventBus) -> None:
    """Listen to what changes; safe to call more than once."""
    bus.unsubscribe(publish)
    for event_type in (ChargePointChanged, CommandChanged, *SETTINGS):
        bus.subscribe(event_type, publish)
