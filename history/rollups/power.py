"""Adds up the power of the connectors of sites and charge points, from their minutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from django.db import transaction

from chargers.models import ChargePoint
from evkit.core.db import columns
from evkit.core.literals import Row
from evkit.core.replacing import replace_rows
from history.models import MinuteRollup, PowerRollup
from history.rollups.breaks import breaks_of
from history.rollups.carrying import BUCKET_S, CARRY_S, Place, carried
from history.rollups.stretches import HOUR_S, moment_of
from history.rollups.summing import ranges_of

WHOLE_SITE: Final = 0
STEPS: Final = (900, HOUR_S)
DAY_H: Final = 24

_COLUMNS: Final = columns(
    site_id="bigint", charge_point_id="bigint", step_s="int4", at="timestamptz",
    low_w="float8", high_w="float8", mean_w="float8",
)  # fmt: skip


def add_up(hours_of: Mapping[Place, Collection[int]]) -> None:
    """Add up the power of the sites and charge points to which connectors belong, in their hours."""
    points = {point for point, _number in hours_of}
    sites = dict(ChargePoint.objects.filter(pk__any_of=points).values_list("pk", "site_id"))
    hours_of_site: dict[int, set[int]] = defaultdict(set)
    for (point, _number), hours in hours_of.items():
        site = sites.get(point)
        if site is not None:
            hours_of_site[site].update(hours)
    for site, hours in hours_of_site.items():
        members = list(ChargePoint.objects.filter(site_id=site).values_list("pk", flat=True))
        for first, end in ranges_of(hours):
            for start in range(first, end, DAY_H):
                _write(_rows_of(site, members, (start, min(end, start + DAY_H))))


def minutes_of_power(
    points: Collection[int], start_s: int, end_s: int
) -> Iterator[tuple[int, int, int, float]]:
    """Yield (charge point, connector, minute since 1970, mean power) of what was rolled up."""
    rows = MinuteRollup.objects.filter(
        charge_point_id__in=points,
        evse_number__gte=1,
        at__gte=moment_of(start_s, 1),
        at__lt=moment_of(end_s, 1),
        power_w_mean__isnull=False,
    )
    found = rows.order_by("charge_point_id", "evse_number", "at")
    for point, number, at, mean in found.values_list("charge_point_id", "evse_number", "at", "power_w_mean"):
        yield point, number, int(at.timestamp()) // BUCKET_S, mean or 0.0


def _rows_of(site: int, members: Collection[int], hours: tuple[int, int]) -> Iterator[Row]:
    start, end = (hour * HOUR_S for hour in hours)
    by_point: dict[int, list[tuple[int, int, int, float]]] = defaultdict(list)
    for row in minutes_of_power(members, start - CARRY_S, end):
        by_point[row[0]].append(row)
        by_point[WHOLE_SITE].append(row)
    breaks = breaks_of(members, start - CARRY_S, end)
    for point, rows in by_point.items():
        total = carried(rows, end // BUCKET_S - 1, breaks)
        for step_s in STEPS:
            yield from _stretches(site, point, step_s, total, start // BUCKET_S)


def _stretches(site: int, point: int, step_s: int, total: Mapping[int, float], first: int) -> Iterator[Row]:
    values: dict[int, list[float]] = defaultdict(list)
    for minute, power in total.items():
        if minute >= first:
            values[minute * BUCKET_S // step_s].append(power)
    for number, powers in values.items():
        mean = sum(powers) / len(powers)
        yield site, point, step_s, moment_of(number, step_s), min(powers), max(powers), mean


def _write(rows: Iterable[Row]) -> None:
    with transaction.atomic():
        table = PowerRollup._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
        replace_rows(table, _COLUMNS, list(rows), key=4)
