"""Reads everything that the page of one transaction shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from charging.models import EnergyCorrection, LimitChange, Transaction
from charging.selectors import Quantity, quantities_of, samples_of
from charging.types import LimitKind
from evkit.console.periods import Period
from evkit.console.selectors.history import mean_power_w
from evkit.console.selectors.messages import MessageFilter, MessageLine, message_line
from evkit.console.selectors.procedure import transaction_steps
from evkit.console.selectors.transactions import TransactionLine, transaction_line
from evkit.console.steps import StepMark
from sites.models import Site

AROUND = timedelta(minutes=2)
MARGIN = timedelta(minutes=1)
MESSAGES = 100
LIMITS = 500
CHATTER = ("MeterValues", "Heartbeat")


@dataclass(frozen=True, slots=True)
class Register:
    """One quantity at the first and at the last sample of a transaction that told it; base units."""

    name: str
    unit: str
    first: float
    last: float

    @property
    def difference(self) -> float:
        """Last minus first."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class TransactionDetail:
    """The page of one transaction."""

    row: Transaction
    line: TransactionLine
    steps: Sequence[StepMark]
    period: Period
    registers: Sequence[Register]
    messages: Sequence[MessageLine]
    corrections: Sequence[EnergyCorrection]
    limits: Sequence[LimitChange]
    mean_w: float | None


def find_transaction(site: Site, number: int) -> Transaction | None:
    """Return a transaction of a site's charge points."""
    rows = Transaction.objects.filter(charge_point__site=site)
    return rows.select_related("charge_point__site", "evse", "vehicle", "id_token").filter(pk=number).first()


def transaction_detail(row: Transaction, now: datetime) -> TransactionDetail:
    """Return the page of a transaction."""
    end = row.ended_at or now
    begin = min(filter(None, [row.connected_at, row.authorised_at, row.started_at]))
    return TransactionDetail(
        row=row,
        line=transaction_line(row, now),
        steps=transaction_steps(row, now),
        period=Period(row.started_at - MARGIN, max(end + MARGIN, row.started_at)),
        registers=registers_of(row),
        messages=messages_around(row, begin - AROUND, end + AROUND),
        corrections=list(row.corrections.all()),
        limits=limits_within(row, end),
        mean_w=mean_power_w(row, now),
    )


def registers_of(row: Transaction) -> list[Register]:
    """Return every energy register at both ends of a transaction, by name and phase."""
    samples = samples_of(row)
    ends = [sample for sample in (samples.first(), samples.last()) if sample is not None]
    by_name: dict[tuple[str, str, str], list[Quantity]] = {}
    for quantity in quantities_of(ends):
        if quantity.measurand.startswith("Energy.") and isinstance(quantity.value, int | float):
            key = (quantity.measurand, quantity.phase, quantity.unit)
            by_name.setdefault(key, []).append(quantity)
    return [
        Register(f"{name} {phase}".strip(), unit, float(found[0].value), float(found[-1].value))
        for (name, phase, unit), found in sorted(by_name.items())
    ]


def limits_within(row: Transaction, end: datetime) -> list[LimitChange]:
    """Return the limits in force during a transaction, oldest first: the last of each kind before it, too."""
    changes = LimitChange.objects.filter(evse_id=row.evse_id)
    before = [
        found
        for kind in LimitKind.values
        if (found := changes.filter(kind=kind, at__lte=row.started_at).order_by("-at", "-pk").first())
    ]
    within = changes.filter(at__gt=row.started_at, at__lte=end).order_by("at", "pk")[:LIMITS]
    return [*sorted(before, key=lambda each: each.at), *within]


def messages_around(row: Transaction, since: datetime, until: datetime) -> list[MessageLine]:
    """Return the frames around a transaction, oldest first, without meter values and heartbeats."""
    frames = MessageFilter(since=since, until=until).rows(row.charge_point_id).exclude(action__in=CHATTER)
    return [message_line(each) for each in frames.order_by("at", "sequence")[:MESSAGES]]
