"""Reads vehicles with what they charged on some sites: a viewer learns nothing of the others.

Vehicles and their badges belong to the project, charges to the site of their charge point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chargers.models import ChargePoint
from charging.departures import Departure, departure_of
from charging.models import Transaction, Vehicle
from charging.models.transaction import TransactionQuerySet
from evkit.console.selectors.transactions import transaction_url
from sites.models import Site

MAX_WORDS: Final = 5
RECENT: Final = timedelta(days=7)
SUMMED: Final = timedelta(days=30)
LAST_FIRST: Final = (F("ended_at").desc(nulls_first=True), "-number")
"""What runs, then what ended last."""


class Presence(TextChoices):
    """Whether a vehicle charges, else when it did."""

    CHARGING = "charging", _("Charging now")
    RECENT = "recent", _("Charged within a week")
    AWAY = "away", _("Not seen for a week")
    NEVER = "never", _("Never seen")


@dataclass(frozen=True, slots=True)
class RunningCharge:
    """A charge of a vehicle that runs, where, when it is to be ready, and what it still needs until then."""

    row: Transaction
    site: Site
    departure: Departure

    @property
    def href(self) -> str:
        """The address of its page."""
        return transaction_url(self.row)


def charges_on(sites: Collection[Site]) -> TransactionQuerySet:
    """Return the transactions at the charge points of sites."""
    ids = ChargePoint.objects.filter(site__in=sites).values_list("pk", flat=True)
    return Transaction.objects.filter(charge_point_id__any_of=list(ids))


def listed_vehicles(sites: Collection[Site], now: datetime) -> QuerySet[Vehicle]:
    """Return all vehicles by name, with what they charged on these sites.

    Each has `charging`, `seen_at` (the end of its last charge, now while it runs, None without any),
    `point_id` (where that was), `presence`, `recent_wh` (trusted energy of charges that began in the last 30
    days) and, as the list `last`, its last charge.
    """
    charges = charges_on(sites)
    own = charges.filter(vehicle=OuterRef("pk")).order_by(*LAST_FIRST)
    left = own.annotate(left_at=Coalesce("ended_at", Value(now))).values("left_at")[:1]
    last = charges.select_related("charge_point__site", "evse").order_by(*LAST_FIRST)
    rows = Vehicle.objects.annotate(
        charging=Exists(own.open()),
        seen_at=Subquery(left),
        point_id=Subquery(own.values("charge_point_id")[:1]),
        recent_wh=Subquery(_energy(own, now - SUMMED)),
    )
    rows = rows.annotate(presence=_presence(now)).order_by("name", "code")
    return rows.prefetch_related(Prefetch("transactions", queryset=last[:1], to_attr="last"), "id_tokens")


def _energy(own: TransactionQuerySet, since: datetime) -> QuerySet[Any]:
    trusted = own.filter(started_at__gte=since).exclude(energy_suspect=True, corrected_wh=None)
    counted = Coalesce("corrected_wh", "energy_wh")
    return trusted.order_by().values("vehicle").annotate(sum=Sum(counted)).values("sum")


def _presence(now: datetime) -> Case:
    """Return what tells how a vehicle is seen: never, also where the sites have no charge point at all."""
    return Case(
        When(charging=True, then=Value(Presence.CHARGING)),
        When(seen_at__gte=now - RECENT, then=Value(Presence.RECENT)),
        When(seen_at__isnull=False, then=Value(Presence.AWAY)),
        default=Value(Presence.NEVER),
        output_field=CharField(),
    )


def presence_counts(rows: QuerySet[Any]) -> Mapping[str, int]:
    """Count listed vehicles by presence."""
    counted = rows.order_by().values("presence").annotate(rows=Count("pk"))
    return dict.fromkeys(Presence.values, 0) | dict(counted.values_list("presence", "rows"))


def search_vehicles(*, tags: bool) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Return a search for vehicles in which every word is found: name, code, and badges where `tags`."""

    def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        for word in text.split()[:MAX_WORDS]:
            found = Q(name__icontains=word) | Q(code__icontains=word)
            if tags:
                found |= Q(pk__in=Vehicle.objects.filter(id_tokens__key__contains=word.upper()))
            rows = rows.filter(found)
        return rows

    return search


def running_charges(vehicle: Vehicle, sites: Collection[Site], now: datetime) -> Sequence[RunningCharge]:
    """Return the charges of a vehicle that run on sites."""
    rows = charges_on(sites).open().filter(vehicle=vehicle)
    loaded = rows.select_related("charge_point__site", "evse__charge_point", "vehicle", "plan")
    found = []
    for row in loaded.order_by("number"):
        site = row.charge_point.site
        assert site is not None  # `charges_on` knows no others
        found.append(RunningCharge(row, site, departure_of(row, site.zone, now)))
    return found
