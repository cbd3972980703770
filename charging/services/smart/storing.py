"""Writing the rows of connectors that changed in a cycle, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from charging.models import ConnectorLimit
from evkit.core.db import columns, update_rows
from evkit.core.literals import Row

_COLUMNS: Final = columns(
    evse_id="bigint",
    transaction_id="int4",
    confirmed="float8",
    confirmed_at="timestamptz",
    before="float8",
    sent="float8",
    command_id="bigint",
    doubtful="float8",
    refused_at="timestamptz",
    changed_at="timestamptz",
    default="float8",
    default_at="timestamptz",
    default_command_id="bigint",
    target="float8",
    envelope="float8",
    why="text",
    falls_at="timestamptz",
    sent_falls_at="timestamptz",
    on_since="timestamptz",
    off_since="timestamptz",
    latency_s="float8",
    overdraw="float8",
    cap="float8",
    way="int2",
    tries="int2",
    missed_at="timestamptz",
    rests_until="timestamptz",
    rests="int2",
    distrusted="boolean",
)


def values_of(rows: Iterable[ConnectorLimit]) -> dict[int, Row]:
    """Return what is stored of rows, to tell later which of them changed."""
    return {row.pk: _values(row) for row in rows}


def store_changed(rows: Iterable[ConnectorLimit], before: Mapping[int, Row]) -> int:
    """Write the rows that are no longer as `before`; return how many."""
    changed = [values for row in rows if (values := _values(row)) != before.get(row.pk)]
    update_rows("charging_connectorlimit", _COLUMNS, changed)
    return len(changed)


def _values(row: ConnectorLimit) -> Row:
    return tuple(getattr(row, column.name) for column in _COLUMNS)
