"""Reads everything that the page of one transaction shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from charging.models import EnergyCorrection, LimitChange, MeterSample, Transaction
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
class Heard:
    """The frames around a transaction, oldest first; of too many the first and the last ones."""

    first: Sequence[MessageLine]
    last: Sequence[MessageLine]

    def within(self) -> Period | None:
        """Return the period in which evkit received or sent them."""
        lines = [*self.first, *self.last]
        return Period(lines[0].at - MARGIN, lines[-1].at + MARGIN) if lines else None


@dataclass(frozen=True, slots=True)
class TransactionDetail:
    """The page of one transaction."""

    row: Transaction
    line: TransactionLine
    steps: Sequence[StepMark]
    period: Period
    registers: Sequence[Register]
    heard: Heard
    corrections: Sequence[EnergyCorrection]
    limits: Sequence[LimitChange]
    mean_w: float | None

    @property
    def restarted(self) -> bool:
        """Whether the import register dropped while it charged."""
        return self.row.segment_start_wh is not None and self.row.meter_start_wh >= 0


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
        heard=heard_around(row, begin, end),
        corrections=list(row.corrections.all()),
        limits=limits_within(row, end),
        mean_w=mean_power_w(row, now),
    )


def registers_of(row: Transaction) -> list[Register]:
    """Return every energy register at both ends of a transaction, by name and phase."""
    by_name: dict[tuple[str, str, str], list[Quantity]] = {}
    for quantity in quantities_of(_ends(row)):
        if quantity.measurand.startswith("Energy.") and isinstance(quantity.value, int | float):
            key = (quantity.measurand, quantity.phase, quantity.unit)
            by_name.setdefault(key, []).append(quantity)
    return [
        Register(f"{name} {phase}".strip(), unit, float(found[0].value), float(found[-1].value))
        for (name, phase, unit), found in sorted(by_name.items())
    ]


def _ends(row: Transaction) -> list[MeterSample]:
    """Return the first and the last sample, and those that told the import register first and last."""
    samples = samples_of(row)
    told = samples.filter(energy_wh__isnull=False)
    ends = {each.pk: each for each in (samples.first(), told.first(), told.last(), samples.last()) if each}
    return sorted(ends.values(), key=lambda each: each.measured_at)


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


def heard_around(row: Transaction, begin: datetime, end: datetime) -> Heard:
    """Return the frames around a transaction, without meter values and heartbeats.

    What a charge point kept while it was offline came later than it happened: both times count.
    """
    received = [(at, at) for at in (row.started_received_at, row.ended_received_at) if at]
    periods = _joined([(begin, end), *received])
    first = _frames(row, periods, MESSAGES + 1)
    if len(first) <= MESSAGES:
        return Heard(first, [])
    last = _frames(row, periods[::-1], MESSAGES // 2, newest=True)
    return Heard(first[: MESSAGES // 2], last[::-1])


def _joined(times: Sequence[tuple[datetime, datetime]]) -> list[Period]:
    """Return the periods around times, oldest first, those that overlap as one."""
    joined: list[Period] = []
    for begin, end in sorted(times):
        since, until = begin - AROUND, end + AROUND
        if joined and since <= joined[-1].until:
            joined[-1] = Period(joined[-1].since, max(joined[-1].until, until))
        else:
            joined.append(Period(since, until))
    return joined


def _frames(
    row: Transaction, periods: Sequence[Period], most: int, *, newest: bool = False
) -> list[MessageLine]:
    found: list[MessageLine] = []
    order = ("-at", "-sequence") if newest else ("at", "sequence")
    for period in periods:
        frames = MessageFilter(since=period.since, until=period.until).rows(row.charge_point_id)
        wanted = frames.exclude(action__in=CHATTER).order_by(*order)[: most - len(found)]
        found += [message_line(each) for each in wanted]
    return found
