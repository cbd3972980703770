"""What happens soon after an event; a sweep does the same if the event is lost."""

from __future__ import annotations

from collections.abc import Sequence

from charging.events import TransactionStarted
from charging.services.scheduling import enforce_schedules
from evkit.core.clock import utc_now
from evkit.core.events import Event


def hold_until_scheduled(events: Sequence[Event]) -> None:
    """Pause at once the charges that start while their schedule is not active."""
    started = [event.evse_id for event in events if isinstance(event, TransactionStarted)]
    enforce_schedules(now=utc_now(), evse_ids=started)
