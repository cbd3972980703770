"""Rebalances sites soon after something happened to them, on a thread of its own; a sweep does the rest."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from django.db import connections

from chargers.events import ChargePointChanged, CommandChanged
from charging.events import ChargeOverridden, ChargePlanned, TransactionEnded, TransactionStarted
from charging.services.smart.balancing import rebalance
from evkit.core.db import is_outage
from evkit.core.events import Event, EventBus
from sites.events import SiteChanged, SiteMeterRead

log = logging.getLogger(__name__)

REST_S: Final = 0.02
"""A start, a stop or a change of limit is looked at as soon as the site's last cycle is over for so long.

What happens meanwhile is one cycle.
"""

LAZY_S: Final = 2.0
"""Changes of power and status wait so long for each other."""

URGENT: Final = (
    TransactionStarted,
    TransactionEnded,
    ChargeOverridden,
    ChargePlanned,
    SiteChanged,
    SiteMeterRead,
)
WATCHED: Final = (*URGENT, CommandChanged, ChargePointChanged)


class Balancer:
    """Collects sites and balances each of them once, when it is due.

    Times are those of `time.monotonic`.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._due: dict[int, float] = {}
        self._rested: dict[int, float] = {}
        self._wakened = threading.Condition()
        self._thread: threading.Thread | None = None

    def subscribe(self, bus: EventBus) -> None:
        """Listen to what happens to sites."""
        for event_type in WATCHED:
            bus.subscribe(event_type, self.take)

    def take(self, events: Sequence[Event]) -> None:
        """Note which sites are to be balanced, and until when."""
        now = time.monotonic()
        with self._wakened:
            for event in events:
                site_id = getattr(event, "site_id", None)
                if site_id is None:
                    continue
                rested = max(now, self._rested.get(site_id, now))
                self._note(site_id, rested if isinstance(event, URGENT) else now + LAZY_S)
            if self._due and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="balancer", daemon=True)
                self._thread.start()
            self._wakened.notify()

    def _run(self) -> None:
        while True:
            site_id = self._next()
            try:
                rebalance(site_id=site_id, now=self._clock())
            except Exception as error:
                log.exception("rebalance_failed", extra={"site": site_id})
                if is_outage(error):
                    with self._wakened:
                        self._note(site_id, time.monotonic() + LAZY_S)
            finally:
                connections.close_all()
                self._rested[site_id] = time.monotonic() + REST_S

    def _note(self, site_id: int, due: float) -> None:
        """Have a site balanced at `due` at the latest."""
        self._due[site_id] = min(due, self._due.get(site_id, due))

    def _next(self) -> int:
        """Wait for the next site that is due."""
        with self._wakened:
            while True:
                if not self._due:
                    self._wakened.wait()
                    continue
                site_id, due = min(self._due.items(), key=lambda item: item[1])
                left = due - time.monotonic()
                if left <= 0:
                    del self._due[site_id]
                    return site_id
                self._wakened.wait(left)
