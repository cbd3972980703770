"""Removes old rows of a table: whole partitions where there are any, the rest in small steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Min

from evkit.core.partitions import detach_months, detached_months, drop_detached, rows_of_detached
from history.retention.archive import append, columns_of, folder
from history.retention.kinds import Table

GoOn = Callable[[], bool]
_FIRST: Final = -(2**62)


@dataclass(frozen=True, slots=True)
class Removal:
    """How to remove: what was before `before` goes, into an archive first if `archived`."""

    before: datetime
    archived: bool


def remove(table: Table, removal: Removal, go_on: GoOn) -> tuple[bool, int]:
    """Remove rows as long as `go_on` says so; return whether all are gone, and in how many steps."""
    steps = 0
    detach_months(connection, table.name, removal.before.date())
    for name, month in detached_months(connection, table.name, removal.before.date()):
        if not go_on():
            return False, steps
        if removal.archived:
            _archive_partition(table, name, month)
        drop_detached(connection, name)
        steps += 1
    for mine in parts_of(table, removal.before):
        while go_on():
            if not _remove_step(table, mine, removal):
                break
            steps += 1
        else:
            return False, steps
    return True, steps


def parts_of(table: Table, before: datetime) -> Iterator[Any]:
    """Yield the old rows of each charge point (or site) that has any, each found by a step in an index."""
    if not table.owner:
        yield table.old(before)
        return
    last = _FIRST
    while True:
        rows = table.rows.filter(**{f"{table.owner}__gt": last})
        following = rows.aggregate(following=Min(table.owner))["following"]
        if following is None:
            return
        last = following
        mine = table.old(before).filter(**{table.owner: last})
        if mine.exists():
            yield mine


def _remove_step(table: Table, mine: Any, removal: Removal) -> bool:
    """Remove the oldest day, or month, of what is old; False if there is nothing left."""
    oldest = mine.aggregate(oldest=Min(table.time))["oldest"]
    if oldest is None:
        return False
    end = min(removal.before, _start_of_month_after(oldest), oldest + table.step)
    with transaction.atomic():
        rows = mine.filter(**{f"{table.time}__gte": oldest, f"{table.time}__lt": end})
        if removal.archived:
            append(_path(table, oldest.astimezone(UTC).date()), table.model, _values(table, rows))
        rows.delete()
    return True


def _values(table: Table, rows: Any) -> Iterator[Any]:
    found: Iterator[Any] = rows.order_by(table.time).values_list(*columns_of(table.model)).iterator()
    return found


def _archive_partition(table: Table, name: str, month: date) -> None:
    rows = rows_of_detached(connection, name, columns_of(table.model))
    append(_path(table, month), table.model, rows)


def _path(table: Table, month: date) -> Path:
    return folder() / table.name / f"{month:%Y-%m}.jsonl.gz"


def _start_of_month_after(moment: datetime) -> datetime:
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
