"""Reads the rows of the list pages, and what there is to choose from in their filters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Concat, Trim

from chargers.models import ChargePoint, Evse
from charging.models import Transaction
from evkit.console.selectors.shown import (
    RankedChargePoint,
    RankedEvse,
    ranked_charge_points,
    ranked_connectors,
)
from sites.models import ScheduleGroup, Site

MAX_WORDS = 5


def listed_charge_points(site: Site) -> QuerySet[RankedChargePoint]:
    """Return a site's charge points in page order, with what a list shows of them."""
    points = ranked_charge_points(ChargePoint.objects.of_site(site))
    evses = Prefetch("evses", Evse.objects.select_related("state"))
    loaded = points.select_related("state", "site", "feeder").prefetch_related(evses)
    return loaded.order_by("position", "identity")


def listed_connectors(site: Site) -> QuerySet[RankedEvse]:
    """Return a site's connectors in page order.

    Each has its open transaction as `running` (a list), and `accompanied` where its charge point has others.
    """
    running = Prefetch(
        "transactions", queryset=Transaction.objects.open().select_related("vehicle"), to_attr="running"
    )
    connectors = ranked_connectors(Evse.objects.filter(charge_point__site=site))
    others = Evse.objects.filter(charge_point=OuterRef("charge_point")).exclude(pk=OuterRef("pk"))
    connectors = connectors.annotate(accompanied=Exists(others))
    loaded = connectors.select_related(
        "state", "charge_point__state", "charge_point__site", "charge_point__feeder"
    )
    return loaded.prefetch_related(running, "groups").order_by(
        "charge_point__position", "charge_point__identity", "number"
    )


def of_make(points: QuerySet[RankedChargePoint], make: str) -> QuerySet[RankedChargePoint]:
    """Return the charge points of a make: vendor and model in one text."""
    told = points.annotate(make=Trim(Concat("state__vendor", Value(" "), "state__model")))
    return told.filter(make=make)


@dataclass(frozen=True, slots=True)
class Facets:
    """What the charge points of a site differ in; empty where they tell or need nothing."""

    zones: list[str]
    makes: list[str]
    firmware: list[str]
    serials: bool
    feeders: bool
    names: bool


def facets_of(site: Site) -> Facets:
    """Return what there is to filter by, and which columns have data, in one query."""
    rows = list(
        ChargePoint.objects.of_site(site).values_list(
            "zone", "state__vendor", "state__model", "state__firmware_version", "state__serial_number",
            "feeder", "name",
        )
    )  # fmt: skip
    return Facets(
        zones=_distinct(row[0] for row in rows),
        makes=_distinct(f"{row[1] or ''} {row[2] or ''}".strip() for row in rows),
        firmware=_distinct(row[3] for row in rows),
        serials=any(row[4] for row in rows),
        feeders=any(row[5] for row in rows),
        names=any(row[6] for row in rows),
    )


def used_groups(site: Site) -> list[ScheduleGroup]:
    """Return the schedule groups that connectors of a site are in."""
    used = ScheduleGroup.objects.filter(site=site, evses__charge_point__site=site)
    return list(used.distinct().order_by("number"))


def _distinct(values: Iterable[str | None]) -> list[str]:
    return sorted({value for value in values if value})


def search_charge_points(points: QuerySet[RankedChargePoint], text: str) -> QuerySet[RankedChargePoint]:
    """Return the charge points in which every word is found: names, place, make, bus, badge."""
    there = Transaction.objects.open().filter(charge_point=OuterRef("pk"))
    for word in text.split()[:MAX_WORDS]:
        points = points.filter(_about_charge_point("", word) | Q(Exists(there.filter(_about_vehicle(word)))))
    return points


def search_connectors(connectors: QuerySet[RankedEvse], text: str) -> QuerySet[RankedEvse]:
    """Return the connectors in which every word is found: charge point, vehicle or badge there now."""
    there = Transaction.objects.open().filter(evse=OuterRef("pk"))
    for word in text.split()[:MAX_WORDS]:
        found = _about_charge_point("charge_point__", word) | Q(Exists(there.filter(_about_vehicle(word))))
        connectors = connectors.filter(found)
    return connectors


def _about_charge_point(path: str, word: str) -> Q:
    fields = ("identity", "name", "zone", "state__vendor", "state__model", "state__serial_number")
    found = Q()
    for name in fields:
        found |= Q(**{f"{path}{name}__icontains": word})
    return found


def _about_vehicle(word: str) -> Q:
    return Q(vehicle__name__icontains=word) | Q(vehicle__code__icontains=word) | Q(id_tag__icontains=word)
