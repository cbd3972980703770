"""The cards of a site, read once for all viewers who wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import get_language

from evkit.console.cards import ChargePointCard
from evkit.console.live.snapshots import snapshots
from evkit.console.selectors.overview import site_cards
from sites.models import Site


def shared_cards(request: HttpRequest, site: Site) -> Sequence[ChargePointCard]:
    """Return the cards of a site in page order, as they were when the request came or later.

    Their connectors are tuples, so that equal cards can be found again.
    """

    def read() -> Sequence[ChargePointCard]:
        return [replace(card, connectors=tuple(card.connectors)) for card in site_cards(site)]

    return snapshots.get(("cards", site.pk, get_language()), request, read)
