"""Rolls up on PostgreSQL without samples leaving it: the same as `history.rollups.summing`, by sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from charging.models import MeterSample
from history.models import HourRollup, MinuteRollup, QuarterRollup
from history.models.rollup import MEASURED, PARTS
from history.rollups.stretches import HOUR_S, Stretch, moment_of

_KEYS: Final = "charge_point_id, evse_number, at"
_COLUMNS: Final = ", ".join(f"{name}_{part}" for part in PARTS for name in MEASURED)

# An aggregate over ordered rows takes them in their order: the subqueries are in that of time, by groups, so
# that no other sort comes in between (PostgreSQL manual, "Aggregate Functions").
_OF_SAMPLES: Final = {
    "count": "nullif(count({0}), 0)",
    "low": "min({0})",
    "high": "max({0})",
    "mean": "avg({0})",
    "first": "(array_agg({0}) FILTER (WHERE {0} IS NOT NULL))[1]",
    "last": "(array_agg({0}) FILTER (WHERE {0} IS NOT NULL))[count({0})]",
}
_OF_SHORTER: Final = {
    "count": "sum({0}_count)",
    "low": "min({0}_low)",
    "high": "max({0}_high)",
    "mean": "sum({0}_mean * {0}_count) / sum({0}_count)",
    "first": "(array_agg({0}_first) FILTER (WHERE {0}_count > 0))[1]",
    "last": "(array_agg({0}_last) FILTER (WHERE {0}_count > 0))[count({0}_last)]",
}
_MINUTES: Final = """
minutes AS MATERIALIZED (
  SELECT {keys}, {values} FROM (
    SELECT m.*, date_bin('1 minute', m.measured_at, 'epoch') AS at
    FROM unnest(%(points)s::bigint[], %(numbers)s::int[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
         AS stretch (point, number, start, until)
    JOIN {samples} m ON m.charge_point_id = point AND m.evse_number = number
         AND m.measured_at >= start AND m.measured_at < until
    ORDER BY {keys}, m.measured_at, m.fingerprint
  ) ordered GROUP BY {keys}
)"""
_LONGER: Final = """
{name} AS MATERIALIZED (
  SELECT {keys}, {values} FROM (
    SELECT *, date_bin('{step_s} seconds', began, 'epoch') AS at
    FROM (SELECT charge_point_id, evse_number, at AS began, {columns} FROM {shorter}) shorter
    ORDER BY {keys}, began
  ) ordered GROUP BY {keys}
)"""
_WRITE: Final = """
INSERT INTO {table} ({keys}, {columns})
SELECT {keys}, {columns} FROM {name} WHERE %(whole)s OR ({keys}) IN (
  SELECT point, number, date_bin('{step_s} seconds', minute, 'epoch') FROM unnest(
    %(changed_points)s::bigint[], %(changed_numbers)s::int[], %(changed)s::timestamptz[]
  ) AS changed (point, number, minute)
)
ORDER BY {keys} ON CONFLICT ({keys}) DO UPDATE SET {changes}"""


def roll_in_database(stretches: Sequence[Stretch]) -> None:
    """Roll up stretches in one statement; all of them are rolled up whole, or all by what has changed."""
    changed = [(*each.place, minute) for each in stretches for minute in each.changed or ()]
    parameters: dict[str, Any] = {
        "points": [each.place[0] for each in stretches],
        "numbers": [each.place[1] for each in stretches],
        "starts": [moment_of(each.hours[0], HOUR_S) for each in stretches],
        "ends": [moment_of(each.hours[1], HOUR_S) for each in stretches],
        "whole": stretches[0].changed is None,
        "changed_points": [point for point, _number, _minute in changed],
        "changed_numbers": [number for _point, number, _minute in changed],
        "changed": [datetime.fromtimestamp(minute * 60, UTC) for _point, _number, minute in changed],
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), parameters)


def _statement() -> str:
    samples, *tables = (
        model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)
        for model in (MeterSample, MinuteRollup, QuarterRollup, HourRollup)
    )
    minutes = _MINUTES.format(keys=_KEYS, values=_values(_OF_SAMPLES), samples=samples)
    quarters, hours = (
        _LONGER.format(
            name=name, keys=_KEYS, values=_values(_OF_SHORTER), columns=_COLUMNS, shorter=shorter, step_s=step
        )
        for name, shorter, step in (("quarters", "minutes", 900), ("hours", "quarters", HOUR_S))
    )
    writes = [
        _WRITE.format(
            table=table, keys=_KEYS, columns=_COLUMNS, name=name, step_s=step_s,
            changes=", ".join(f"{each} = excluded.{each}" for each in _COLUMNS.split(", ")),
        )
        for table, (name, step_s) in zip(
            tables, {"minutes": 60, "quarters": 900, "hours": HOUR_S}.items(), strict=True
        )
    ]  # fmt: skip
    written = [f"written_{place} AS ({write})" for place, write in enumerate(writes[:-1])]
    return f"WITH {', '.join([minutes, quarters, hours, *written])} {writes[-1]}"


def _values(forms: dict[str, str]) -> str:
    return ", ".join(f"{forms[part].format(name)} AS {name}_{part}" for part in PARTS for name in MEASURED)
