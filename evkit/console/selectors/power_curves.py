"""Curves of the added-up power of a site's connectors, or of those of one charge point."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from math import ceil
from typing import Final

from django.db.models import Max, Min

from chargers.models import ChargePoint, Evse
from charging.models import Transaction
from charging.types import LimitKind
from evkit.console.periods import Period
from evkit.console.selectors.connector_curves import Curves, allowed_silence, sessions_within, silences
from evkit.console.selectors.curves import bucket_powers
from evkit.console.selectors.limits import site_limits_at
from evkit.console.selectors.measured import Number, fitting_width, rolled_until
from evkit.console.selectors.outages import outages_within
from evkit.console.selectors.running import running_at, running_levels
from evkit.core.buckets import Epoch
from history.models import PowerRollup
from history.rollups.breaks import breaks_of
from history.rollups.carrying import BUCKET_S, CARRY_S, carried
from history.rollups.power import STEPS, WHOLE_SITE, minutes_of_power
from sites.models import Site

BY_MINUTE: Final = timedelta(hours=25)
"""Longer periods are read from what was added up before."""

Point = tuple[float, float]


def power_curves(site: Site, point: ChargePoint | None, period: Period, *, width: int) -> Curves:
    """Return the power of a site, or of one of its charge points, for a plot `width` pixels wide.

    Up to a day it is added up by minute; beyond, each pixel has the lowest and the highest minute.
    """
    members = [point.pk] if point else list(ChargePoint.objects.of_site(site).values_list("pk", flat=True))
    bucket_s = max(1, ceil(period.length.total_seconds() / fitting_width(width)))
    if period.length <= BY_MINUTE:
        step_s, rows = BUCKET_S, list(_by_minute(members, period))
    else:
        step_s = max((step for step in STEPS if step <= bucket_s), default=min(STEPS))
        bucket_s = ceil(bucket_s / step_s) * step_s
        rows = list(_added_up(site, point, period, step_s, bucket_s))
        rows += _fresh(members, period)
    levels = [] if point else running_levels(site.pk, members, period, bucket_s=bucket_s)
    times, power = _complete(rows, [at for at, _number in levels], period)
    values: dict[str, Sequence[Number]] = {"power_w": power}
    if levels:
        values["running"] = running_at(levels, times)
    return Curves(
        times=times,
        values=values,
        gap_s={"power_w": max(allowed_silence(times, power), 3.0 * step_s), "running": 0.0},
        limits={LimitKind.ACCEPTED: site_limits_at(site, times)} if point is None else {},
        sessions=_sessions(members, period) if point else [],
        outages=outages_within(members, period),
        reduced=step_s > BUCKET_S,
        step_s=step_s,
    )


def _by_minute(members: Collection[int], period: Period) -> Iterator[Point]:
    """Yield the power of every minute, from roll-ups and, where there are none yet, from samples."""
    first, end = int(period.since.timestamp()) // BUCKET_S, int(period.until.timestamp()) // BUCKET_S
    start_s = first * BUCKET_S - CARRY_S
    edge = rolled_until()
    edge_s = start_s if edge is None else max(start_s, int(edge.timestamp()) // BUCKET_S * BUCKET_S)
    edge_s = min(edge_s, (end + 1) * BUCKET_S)
    rows = [
        *minutes_of_power(members, start_s, edge_s),
        *bucket_powers(members, edge_s, (end + 1) * BUCKET_S),
    ]
    total = carried(sorted(rows), end, breaks_of(members, start_s, (end + 1) * BUCKET_S))
    for minute in sorted(total):
        if minute >= first:
            yield minute * BUCKET_S, total[minute]


def _added_up(
    site: Site, point: ChargePoint | None, period: Period, step_s: int, bucket_s: int
) -> Iterator[Point]:
    rows = PowerRollup.objects.filter(
        site_id=site.pk,
        charge_point_id=point.pk if point else WHOLE_SITE,
        step_s=step_s,
        at__gte=period.since,
        at__lt=period.until,
    )
    grouped = rows.annotate(bucket=Epoch("at", bucket_s=bucket_s)).values("bucket")
    ends = grouped.annotate(start=Min("at"), end=Max("at"), least=Min("low_w"), most=Max("high_w"))
    found = ends.order_by("bucket").values_list("start", "end", "least", "most")
    for start, end, low, high in found:
        yield start.timestamp() + step_s / 4, low or 0.0
        yield end.timestamp() + step_s * 3 / 4, high or 0.0


def _fresh(members: Collection[int], period: Period) -> Iterator[Point]:
    """Yield the minutes since the last roll-up; without any, of the last day."""
    edge = rolled_until() or period.until - BY_MINUTE
    since = max(edge, period.until - BY_MINUTE, period.since)
    if since < period.until:
        yield from _by_minute(members, Period(since, period.until))


def _complete(
    rows: Iterable[Point], changes: Iterable[float], period: Period
) -> tuple[list[float], list[Number]]:
    """Add the ends, the changes of other lines and the middle of silences, so that lines break there."""
    known: dict[float, Number] = dict(sorted(rows))
    marks = [period.since.timestamp(), period.until.timestamp()]
    marks += [*silences(list(known)), *changes]
    complete = dict.fromkeys(marks) | known
    times = sorted(complete)
    return times, [complete[at] for at in times]


def _sessions(members: Collection[int], period: Period) -> list[Transaction]:
    evses = Evse.objects.filter(charge_point_id__in=members).values_list("pk", "charge_point_id")
    return sessions_within(dict(evses), period)
