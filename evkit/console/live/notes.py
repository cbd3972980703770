"""What live pages are told: topics, the events behind them, and notes that merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from chargers.events import (
    ChargePointChanged,
    CommandChanged,
    ConfigurationApplied,
    DeferredAnswered,
    DeferredAsked,
)
from evkit.core.events import Event
from sites.events import SettingsChanged, SiteChanged

CHANGED: Final = "changed"
ASKED: Final = "asked"

TOPICS: Final[Mapping[type[Event], str]] = {
    ChargePointChanged: CHANGED,
    CommandChanged: CHANGED,
    DeferredAsked: ASKED,
    DeferredAnswered: ASKED,
}
"""Events about a charge point of a site; `docs/live-feed.md` says what pages do with each topic."""

SETTINGS: Final = (ConfigurationApplied, SettingsChanged, SiteChanged)
"""Events after which every page fetches everything again."""

MANY: Final = 1000

Key = tuple[str, int | None]
Ids = set[int] | None


class Notes:
    """Ids of charge points by topic and site; None stands for all of them, or for every site.

    More than a thousand of one site become all: what waits for a slow reader stays small.
    """

    def __init__(self) -> None:
        self._ids: dict[Key, Ids] = {}

    def __bool__(self) -> bool:
        return bool(self._ids)

    def add(self, topic: str, site: int | None, ids: Iterable[int] | None) -> None:
        """Add what changed."""
        known = self._ids.setdefault((topic, site), set())
        if known is None or ids is None:
            self._ids[topic, site] = None
            return
        known.update(ids)
        if len(known) > MANY:
            self._ids[topic, site] = None

    def add_events(self, events: Sequence[Event]) -> None:
        """Add what happened; what belongs to no site concerns nobody."""
        for event in events:
            topic = TOPICS.get(type(event))
            if topic is None:
                if isinstance(event, SETTINGS):
                    self.add(CHANGED, None, None)
                continue
            site = getattr(event, "site_id", None)
            if site is not None:
                self.add(topic, site, (event.charge_point_id,))  # type: ignore[attr-defined]  # all of TOPICS do

    def take(self) -> list[dict[str, Any]]:
        """Return everything as messages, and forget it."""
        ids, self._ids = self._ids, {}
        return [
            {
                "type": topic,
                "site": site,
                "charge_points": None if changed is None else sorted(changed),
            }
            for (topic, site), changed in ids.items()
        ]
