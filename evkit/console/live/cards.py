"""The cards of a site for all who watch it: read once, then only those that changed are read again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.http import HttpRequest
from django.utils.translation import get_language

from evkit.console.cards import ChargePointCard
from evkit.console.live.snapshots import snapshots
from evkit.console.selectors.overview import site_cards
from sites.models import Site

READ_AGAIN_S: Final = 60.0
NEVER: Final = float("-inf")

Key = tuple[int, str | None]


@dataclass(slots=True)
class Known:
    """The cards of a site in page order; `changed` are to be read again, None for all of them."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    changed: set[int] | None = None
    cards: dict[int, ChargePointCard] = field(default_factory=dict)
    read_at: float = NEVER


class SiteMemory:
    """Remembers the cards of sites while the hub hears what changes.

    A message can be lost between servers: now and then everything is read again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hearing = False
        self._known: dict[Key, Known] = {}

    def start(self) -> None:
        """Remember from now on."""
        with self._lock:
            self._hearing = True
            self._known.clear()

    def stop(self) -> None:
        """Forget everything: nobody tells what changes any more."""
        with self._lock:
            self._hearing = False
            self._known.clear()

    def note(self, site: int | None, ids: Iterable[int] | None) -> None:
        """Note that charge points changed: of one site, or (None) all of it, or of every site."""
        with self._lock:
            for (of, _language), known in self._known.items():
                if site is None or of == site:
                    known.changed = None if ids is None or known.changed is None else known.changed.union(ids)

    def cards(self, site: Site) -> Sequence[ChargePointCard] | None:
        """Return the cards of a site as of the last note or later; None while nobody hears of changes."""
        with self._lock:
            if not self._hearing:
                return None
            known = self._known.setdefault((site.pk, get_language()), Known())
        with known.lock:
            self._read(site, known)
            return list(known.cards.values())

    def _read(self, site: Site, known: Known) -> None:
        """Read what changed; everything where that is not enough, or failed the last time."""
        now = time.monotonic()
        with self._lock:
            changed = known.changed if now - known.read_at < READ_AGAIN_S else None
            known.changed = set()
        known_at, known.read_at = known.read_at, NEVER
        if changed is not None:
            fresh = {card.pk: card for card in read_cards(site, changed)} if changed else {}
            if fresh.keys() <= known.cards.keys():
                gone = changed - fresh.keys()
                kept = known.cards.items()
                known.cards = {pk: fresh.get(pk, card) for pk, card in kept if pk not in gone}
                known.read_at = known_at
                return
        known.cards = {card.pk: card for card in read_cards(site)}
        known.read_at = now


site_memory = SiteMemory()


def read_cards(site: Site, only: Iterable[int] | None = None) -> list[ChargePointCard]:
    """Read the cards of a site; their connectors are tuples, so that equal cards can be found again."""
    return [replace(card, connectors=tuple(card.connectors)) for card in site_cards(site, only)]


def shared_cards(request: HttpRequest, site: Site) -> Sequence[ChargePointCard]:
    """Return the cards of a site in page order, as they were when the request came or later."""
    return snapshots.get(("cards", site.pk, get_language()), request, lambda: read_cards(site))


def followed_cards(request: HttpRequest, site: Site) -> Sequence[ChargePointCard]:
    """Return the cards of a site in page order, as of what its pages were told last or later."""
    known = site_memory.cards(site)
    return shared_cards(request, site) if known is None else known
