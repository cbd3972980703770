"""Reads the stops in quarantine, each with the transactions that it may end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from charging.metering.energy import TOLERANCE_WH
from charging.models import OrphanStop, Transaction
from charging.models.id_token import token_key
from sites.models import Site

SHOWN: Final = 20
OFFERED: Final = 5
LOOKED_AT: Final = 50
SOON: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A transaction that a stop may end: what speaks for it and what against; the higher, the likelier."""

    row: Transaction
    score: int
    reasons: Sequence[str]
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A stop that waits for somebody, with its candidates (the likeliest first) and its connectors."""

    stop: OrphanStop
    candidates: Sequence[Candidate]
    connectors: Sequence[int]


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The stops that have waited for longest, and how many wait beside them."""

    shown: Sequence[Quarantined]
    others: int


def waiting_stops(site: Site | None) -> QuerySet[OrphanStop]:
    """Return what is in quarantine on a site; None: at charge points that belong to no site."""
    return OrphanStop.objects.waiting().filter(charge_point__site=site)


def quarantine_of(site: Site | None) -> Quarantine:
    """Return the quarantine of a site, the oldest first; None: of charge points without a site."""
    rows = waiting_stops(site)
    stops = rows.select_related("charge_point__site").prefetch_related("charge_point__evses")
    shown = [
        Quarantined(stop, candidates_of(stop), sorted(e.number for e in stop.charge_point.evses.all()))
        for stop in stops.order_by("received_at", "pk")[:SHOWN]
    ]
    return Quarantine(shown, max(rows.count() - len(shown), 0))


def candidates_of(stop: OrphanStop) -> list[Candidate]:
    """Return the transactions of the charge point that wait for a stop and began before this one."""
    rows = Transaction.objects.filter(
        charge_point_id=stop.charge_point_id, ended_received_at=None, started_at__lte=stop.stopped_at
    ).select_related("evse", "vehicle")
    found = [_judged(row, stop) for row in rows.order_by("-started_at")[:LOOKED_AT]]
    return sorted(found, key=lambda each: (-each.score, -each.row.pk))[:OFFERED]


def _judged(row: Transaction, stop: OrphanStop) -> Candidate:
    known = max(row.meter_start_wh, row.meter_last_wh or 0.0)
    meter = stop.meter_stop_wh
    fits = None if meter is None or meter < 0 else meter >= known - TOLERANCE_WH
    same = bool(stop.id_tag) and token_key(stop.id_tag) == token_key(row.id_tag)
    soon = stop.stopped_at - row.started_at <= SOON
    pro = [
        (same, 3, _("The same badge.")),
        (fits is True, 3, _("The meter at the stop fits what was measured.")),
        (row.ended_at is None, 2, _("It is still open.")),
        (soon, 1, _("It began within a day before the stop.")),
    ]
    con = [
        (fits is False, -4, _("The meter at the stop is below what was measured.")),
        (bool(stop.id_tag) and not same, -1, _("Another badge.")),
        (not soon, -1, _("It began more than a day before the stop.")),
    ]
    score = sum(points for applies, points, _text in [*pro, *con] if applies)
    return Candidate(row, score, [t for on, _p, t in pro if on], [t for on, _p, t in con if on])
