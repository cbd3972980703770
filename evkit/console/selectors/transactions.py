"""Reads the transactions of a charge point as lines of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F
from django.http import QueryDict
from django.urls import reverse

from chargers.models import ChargePoint
from charging.models import Transaction
from charging.models.transaction import EnergyTotals, TransactionQuerySet
from evkit.console.periods import read_moment
from evkit.console.reasons import flag_texts, stop_text

PAGE = 25
STATES = frozenset({"open", "closed"})


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Which transactions to show; empty means all. `since` and `until` bound their start."""

    state: str = ""
    connector: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def from_query(cls, query: QueryDict, connector: int | None) -> TransactionFilter:
        """Read `state`, `from` and `to`; what cannot be read is ignored."""
        state = query.get("state", "")
        return cls(
            state=state if state in STATES else "",
            connector=connector,
            since=read_moment(query.get("from", "")),
            until=read_moment(query.get("to", ""), end=True),
        )

    @property
    def active(self) -> bool:
        """Whether anything is filtered."""
        return self != TransactionFilter()

    def apply(self, rows: TransactionQuerySet) -> TransactionQuerySet:
        """Return the transactions that pass."""
        if self.state:
            rows = rows.filter(ended_at__isnull=self.state == "open")
        if self.connector is not None:
            rows = rows.filter(evse__number=self.connector)
        if self.since:
            rows = rows.filter(started_at__gte=self.since)
        return rows.filter(started_at__lt=self.until) if self.until else rows


@dataclass(frozen=True, slots=True)
class TransactionLine:
    """One transaction in a list; durations in s."""

    row: Transaction
    href: str
    duration_s: float
    reason: str
    flags: Sequence[str]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.row.ended_at is None


@dataclass(frozen=True, slots=True)
class TransactionTotals:
    """Sums over all transactions that pass a filter; `mean_s` over those that ended."""

    count: int
    energy: EnergyTotals
    mean_s: float | None


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """One page of lines, with the totals of all of them."""

    page: Page[Transaction]
    lines: Sequence[TransactionLine]
    totals: TransactionTotals


def transaction_url(row: Transaction) -> str:
    """Return the address of a transaction's page."""
    site = row.charge_point.site
    return reverse("transaction", args=[site.code if site else "-", row.number])


def transaction_page(
    charge_point: ChargePoint, wanted: TransactionFilter, number: str, now: datetime
) -> TransactionPage:
    """Return one page of a charge point's transactions, the newest first."""
    rows = wanted.apply(Transaction.objects.filter(charge_point=charge_point))
    shown = rows.select_related("evse", "vehicle", "charge_point__site").order_by("-started_at", "-number")
    page = Paginator(shown, PAGE).get_page(number)
    return TransactionPage(page, [transaction_line(row, now) for row in page], _totals(rows))


def transaction_line(row: Transaction, now: datetime) -> TransactionLine:
    """Return the line of one transaction."""
    return TransactionLine(
        row=row,
        href=transaction_url(row),
        duration_s=((row.ended_at or now) - row.started_at).total_seconds(),
        reason=stop_text(row),
        flags=flag_texts(row),
    )


def _totals(rows: TransactionQuerySet) -> TransactionTotals:
    length = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    sums = rows.aggregate(count=Count("number"), mean=Avg(length))
    mean: timedelta | None = sums["mean"]
    return TransactionTotals(sums["count"], rows.energy_totals(), mean.total_seconds() if mean else None)
