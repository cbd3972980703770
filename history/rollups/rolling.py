"""Rolls up stretches of a connector: reads raw samples, writes minutes, quarters and hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from django.db import connection, transaction

from charging.models import MeterSample
from evkit.core.db import Column, columns
from evkit.core.literals import Row
from evkit.core.replacing import replace_rows
from history.models import HourRollup, MinuteRollup, QuarterRollup
from history.models.rollup import MEASURED, PARTS, Rollup
from history.rollups.carrying import Place
from history.rollups.in_database import roll_in_database
from history.rollups.stretches import HOUR_S, Stretch, moment_of
from history.rollups.summing import Summaries, longer, minutes_of

STEPS: Final[Mapping[int, type[Rollup]]] = {60: MinuteRollup, 900: QuarterRollup, HOUR_S: HourRollup}
"""The tables by the length of their stretches in seconds."""

_MOST_ROWS: Final = 5000
_COLUMNS: Final = (
    *columns(charge_point_id="bigint", evse_number="int4", at="timestamptz"),
    *(
        Column(f"{name}_{part}", "int4" if part == "count" else "float8")
        for part in PARTS
        for name in MEASURED
    ),
)
_NOTHING: Final = (None,) * len(PARTS)


def roll(stretches: Sequence[Stretch]) -> None:
    """Roll up stretches: all of them whole, or all by what has changed; many go into one statement."""
    if not stretches:
        return
    if connection.vendor == "postgresql":
        roll_in_database(stretches)
        return
    waiting: dict[int, list[Row]] = {step_s: [] for step_s in STEPS}
    for each in stretches:
        for step_s, rows in _rolled(each).items():
            waiting[step_s] += rows
        if len(waiting[60]) > _MOST_ROWS:
            _write(waiting)
            waiting = {step_s: [] for step_s in STEPS}
    _write(waiting)


def _rolled(stretch: Stretch) -> dict[int, list[Row]]:
    minutes = minutes_of(_samples(stretch.place, stretch.hours))
    quarters = longer(minutes, 15)
    found = {60: minutes, 900: quarters, HOUR_S: longer(quarters, 4)}
    changed = stretch.changed
    return {
        step_s: list(_rows(stretch.place, step_s, summaries, _stretches_of(changed, step_s)))
        for step_s, summaries in found.items()
    }


def _stretches_of(minutes: frozenset[int] | None, step_s: int) -> set[int] | None:
    return None if minutes is None else {minute * 60 // step_s for minute in minutes}


def _write(rows: Mapping[int, Sequence[Row]]) -> None:
    with transaction.atomic():
        for step_s, model in STEPS.items():
            table = model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
            replace_rows(table, _COLUMNS, rows[step_s], key=3)


def _samples(place: Place, hours: tuple[int, int]) -> Iterator[tuple[float, Sequence[float | None]]]:
    rows = MeterSample.objects.filter(
        charge_point_id=place[0],
        evse_number=place[1],
        measured_at__gte=moment_of(hours[0], HOUR_S),
        measured_at__lt=moment_of(hours[1], HOUR_S),
    )
    found = rows.order_by("measured_at", "fingerprint").values_list("measured_at", *MEASURED)
    for at, *values in found.iterator(chunk_size=5000):
        yield at.timestamp(), values


def _rows(
    place: Place, step_s: int, found: Mapping[int, Summaries], wanted: Iterable[int] | None
) -> Iterator[Row]:
    for number in found if wanted is None else sorted(set(wanted) & found.keys()):
        by_part = zip(*(each or _NOTHING for each in found[number]), strict=True)
        yield (*place, moment_of(number, step_s), *(value for values in by_part for value in values))
