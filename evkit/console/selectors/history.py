"""Reads the transactions of many charge points: what a list shows, how it is narrowed, what it sums up to.

Everything that narrows goes through an index of the transactions: names are looked up among the few charge
points, vehicles and badges first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from chargers.models import ChargePoint
from charging.models import IdToken, Transaction, Vehicle
from charging.models.transaction import EnergyTotals, TransactionQuerySet
from sites.models import Site

MAX_WORDS = 5
MAX_NUMBER = 2**31 - 1
_LENGTH = DurationField()


@dataclass(frozen=True, slots=True)
class Sums:
    """What a selection of transactions sums up to: energy in Wh, power in W, durations in s.

    `mean_s` is over those that have ended; `peak_w` the highest power of any of them.
    """

    count: int
    running: int
    energy: EnergyTotals
    mean_s: float | None
    whole_s: float | None
    peak_w: float | None


def listed_transactions(sites: Collection[Site], now: datetime) -> TransactionQuerySet:
    """Return the transactions of sites, the newest first.

    Each has `length` (until now, while it runs) and `counted_wh` (corrected, else measured).
    """
    ids = ChargePoint.objects.filter(site__in=sites).values_list("pk", flat=True)
    rows = Transaction.objects.filter(charge_point_id__any_of=list(ids))
    rows = rows.annotate(
        length=ExpressionWrapper(Coalesce("ended_at", Value(now)) - F("started_at"), output_field=_LENGTH),
        counted_wh=Coalesce("corrected_wh", "energy_wh"),
    )
    return rows.select_related("charge_point__site", "evse", "vehicle").order_by("-started_at", "-number")


def search(rows: Any, text: str) -> Any:
    """Return the transactions in which every word is found: number, charge point, vehicle, badge."""
    for word in text.split()[:MAX_WORDS]:
        rows = rows.filter(_about(word))
    return rows


def _about(word: str) -> Q:
    points = ChargePoint.objects.filter(Q(identity__icontains=word) | Q(name__icontains=word))
    vehicles = Vehicle.objects.filter(Q(name__icontains=word) | Q(code__icontains=word))
    tokens = IdToken.objects.filter(key__contains=word.upper())
    found = (
        Q(charge_point_id__in=list(points.values_list("pk", flat=True)))
        | Q(vehicle_id__in=list(vehicles.values_list("pk", flat=True)))
        | Q(id_token_id__in=list(tokens.values_list("pk", flat=True)))
    )
    if word.isascii() and word.isdigit() and int(word) <= MAX_NUMBER:
        found |= Q(number=int(word))
    return found


def with_flag(rows: Any, flag: str) -> Any:
    """Return the transactions that carry a flag ("any": at least one)."""
    if flag == "any":
        return rows.exclude(flags=[])
    if connection.vendor == "postgresql":
        return rows.filter(flags__contains=[flag])
    return rows.filter(flags__icontains=f'"{flag}"')


def sums_of(rows: QuerySet[Any]) -> Sums:
    """Return what a selection sums up to, in one query."""
    doubtful = Q(energy_suspect=True, corrected_wh=None)
    length = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=_LENGTH)
    found = rows.order_by().aggregate(
        count=Count("number"),
        ended=Count("ended_at"),
        trusted=Sum(Coalesce("corrected_wh", "energy_wh"), filter=~doubtful, default=0.0),
        left_out=Count("number", filter=doubtful),
        left_out_wh=Sum("energy_wh", filter=doubtful, default=0.0),
        mean=Avg(length),
        whole=Sum(length),
        peak=Max("power_peak_w"),
    )
    return Sums(
        count=found["count"],
        running=found["count"] - found["ended"],
        energy=EnergyTotals(found["trusted"], found["left_out"], found["left_out_wh"]),
        mean_s=_seconds(found["mean"]),
        whole_s=_seconds(found["whole"]),
        peak_w=found["peak"],
    )


def mean_power_w(row: Transaction, now: datetime) -> float | None:
    """Return the mean power of a transaction over its whole duration; None where its energy is in doubt.

    While it runs, until its last measurement.
    """
    return power_over(row.trusted_wh, row.started_at, row.ended_at or row.measured_at or now)


def power_over(energy_wh: float | None, since: datetime, until: datetime) -> float | None:
    """Return the mean power in W; None where the energy is not known, or no time has passed."""
    hours = (until - since).total_seconds() / 3600
    return None if energy_wh is None or hours <= 0 else energy_wh / hours


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
