"""Rolls up stretches of a connector: reads raw samples, writes minutes, quarters and hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from charging.models import MeterSample
from evkit.core.db import Column, columns
from evkit.core.literals import Row
from evkit.core.replacing import replace_rows
from history.models import HourRollup, MinuteRollup, QuarterRollup
from history.models.rollup import MEASURED, PARTS, Rollup
from history.rollups.summing import Summaries, longer, minutes_of

HOUR_S: Final = 3600
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

Place = tuple[int, int]
"""A charge point's id and the number of its connector (0: its main meter)."""


class Rolled:
    """Rows that wait to be written: many connectors go into one statement."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Row]] = {step_s: [] for step_s in STEPS}

    def take(self, place: Place, hours: tuple[int, int], changed: frozenset[int] | None = None) -> None:
        """Roll up whole hours of a connector, numbered since 1970; `changed` names the minutes to write."""
        minutes = minutes_of(_samples(place, hours))
        quarters = longer(minutes, 15)
        for step_s, found in ((60, minutes), (900, quarters), (HOUR_S, longer(quarters, 4))):
            wanted = None if changed is None else {minute * 60 // step_s for minute in changed}
            self._rows[step_s] += _rows(place, step_s, found, wanted)
        if len(self._rows[60]) > _MOST_ROWS:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        with transaction.atomic():
            for step_s, model in STEPS.items():
                table = model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
                replace_rows(table, _COLUMNS, self._rows[step_s], key=3)
        self._rows = {step_s: [] for step_s in STEPS}


def moment_of(number: int, step_s: int) -> datetime:
    """Return the beginning of a stretch of `step_s` seconds."""
    return datetime.fromtimestamp(number * step_s, UTC)


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
