"""Counting how charge points depart from the specification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from chargers.ocpp.deviations import Deviation
from evkit.core.texts import storable

_Key = tuple[int, str, str]
_ROWS_PER_STATEMENT = 500


def count_deviations(pairs: Sequence[tuple[int, Deviation]], now: datetime) -> None:
    """Add (charge point id, deviation) pairs to the counters; set-based, call inside `atomic`.

    One row per charge point, code and action, with the last detail.
    """
    counts: dict[_Key, tuple[int, str]] = {}
    for charge_point_id, deviation in pairs:
        key = (charge_point_id, storable(deviation.code, 64), storable(deviation.action, 64))
        before, _ = counts.get(key, (0, ""))
        counts[key] = (before + 1, storable(deviation.detail, 500))
    at = connection.ops.adapt_datetimefield_value(now)
    rows = [(*key, *counts[key], at, at) for key in sorted(counts)]
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        _add(rows[start : start + _ROWS_PER_STATEMENT])


def _add(rows: Sequence[Sequence[int | str | None]]) -> None:
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chargers_observeddeviation AS known "  # noqa: S608 (marks only)
            "(charge_point_id, code, action, count, detail, first_at, last_at) "
            f"VALUES {marks} ON CONFLICT (charge_point_id, code, action) DO UPDATE SET "
            "count = known.count + excluded.count, detail = excluded.detail, last_at = excluded.last_at",
            [value for row in rows for value in row],
        )
