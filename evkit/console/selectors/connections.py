"""Reads when a charge point was connected: its connections, its boots, and the share of time online."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Q

from chargers.models import Boot, Connection
from evkit.console.periods import Period
from evkit.console.reasons import closing_text

PAGE = 25


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time online; `until` None: it lasts."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """How much of a period a charge point was online; `watched` begins with its first connection ever."""

    period: Period
    watched: Period | None
    spans: Sequence[Span]

    @property
    def online(self) -> timedelta:
        """Time online."""
        return sum((span.until - span.since for span in self.spans), timedelta())

    @property
    def percent(self) -> float | None:
        """Time online in percent of the time watched; None when it was never connected before."""
        if self.watched is None or not self.watched.length:
            return None
        return 100 * self.online / self.watched.length

    @property
    def interruptions(self) -> int:
        """How many times the link was lost within the period."""
        if self.watched is None:
            return 0
        gaps = len(self.spans) - 1
        begins = bool(self.spans) and self.spans[0].since > self.watched.since
        ends = bool(self.spans) and self.spans[-1].until < self.watched.until
        return max(gaps, 0) + begins + ends if self.spans else 1


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """One connection, why it ended, and the boots that were told over it."""

    row: Connection
    duration_s: float
    reason: str
    boots: Sequence[Boot]


def availability(charge_point_id: int, period: Period) -> Availability:
    """Return when a charge point was online in a period."""
    rows = Connection.objects.filter(charge_point=charge_point_id)
    first = rows.order_by("opened_at").values_list("opened_at", flat=True).first()
    if first is None or first >= period.until:
        return Availability(period, None, ())
    overlapping = rows.filter(opened_at__lt=period.until).filter(
        Q(closed_at=None) | Q(closed_at__gt=period.since)
    )
    watched = Period(max(first, period.since), period.until)
    times = overlapping.order_by("opened_at").values_list("opened_at", "closed_at")
    return Availability(period, watched, merged(times, watched))


def merged(times: Iterable[tuple[datetime, datetime | None]], within: Period) -> list[Span]:
    """Join overlapping connections into spans inside a period; the times come in order of opening."""
    spans: list[Span] = []
    for opened, closed in times:
        since, until = max(opened, within.since), min(closed or within.until, within.until)
        if until <= since:
            continue
        if spans and since <= spans[-1].until:
            spans[-1] = Span(spans[-1].since, max(spans[-1].until, until))
        else:
            spans.append(Span(since, until))
    return spans


def connection_page(
    charge_point_id: int, number: str, now: datetime
) -> tuple[Page[Connection], list[ConnectionLine]]:
    """Return one page of a charge point's connections, newest first, with the boots in between."""
    rows = Connection.objects.filter(charge_point=charge_point_id).order_by("-opened_at", "-pk")
    page = Paginator(rows, PAGE).get_page(number)
    shown = list(page)
    boots = _boots(charge_point_id, shown, now)
    return page, [_line(row, boots, now) for row in shown]


def _boots(charge_point_id: int, shown: Sequence[Connection], now: datetime) -> list[Boot]:
    if not shown:
        return []
    until = max(row.closed_at or now for row in shown)
    rows = Boot.objects.filter(charge_point=charge_point_id, at__gte=shown[-1].opened_at, at__lte=until)
    return list(rows.order_by("-at"))


def _line(row: Connection, boots: Sequence[Boot], now: datetime) -> ConnectionLine:
    until = row.closed_at or now
    return ConnectionLine(
        row=row,
        duration_s=(until - row.opened_at).total_seconds(),
        reason=closing_text(row.close_code, row.close_reason) if row.closed_at else "",
        boots=[boot for boot in boots if row.opened_at <= boot.at <= until],
    )
