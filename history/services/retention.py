"""Storage that lasts: old data go, by kind, archived first where that is wanted; a forecast tells which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from django.db import connection, transaction
from django.db.models import Min, Sum

from evkit.core.partitions import months_of
from evkit.core.recorders import SYSTEM, Actor, Deed, record
from history.models import RollupState
from history.retention.kinds import KINDS, Kind, Table
from history.retention.removing import Removal, remove
from sites.models import Project

COUNTED: Final = 1_000_000
"""A preview counts no further in one table."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would be removed of a kind: `rows` before `before`; `days` None keeps everything.

    Rows that go with the row that they belong to (calls of commands) are not counted. `size` is what the
    kind takes up in bytes now, None where the database does not tell, or only part of a table is of the kind.
    """

    kind: Kind
    days: int | None
    before: datetime | None
    oldest: datetime | None
    rows: int
    size: int | None


def project_settings() -> Project:
    """Return the project, with the usual times if none was kept."""
    return Project.objects.filter(pk=1).first() or Project(pk=1)


def forecast(*, days: Mapping[str, int | None], now: datetime) -> list[Forecast]:
    """Return what would be removed if each kind was kept for `days` (by setting; left out: as it is)."""
    project = project_settings()
    return [_forecast(kind, days.get(kind.setting, kind.days(project)), now) for kind in KINDS]


def _forecast(kind: Kind, days: int | None, now: datetime) -> Forecast:
    counted = [table for table in kind.tables if "__" not in table.time]
    found = [(table, oldest) for table in counted if (oldest := _oldest(table)) is not None]
    first = min((oldest for _table, oldest in found), default=None)
    size = _size(kind)
    if days is None:
        return Forecast(kind, None, None, first, 0, size)
    before = kind.kept_from(days, now)
    rows = sum(_count(table, before) for table, oldest in found if oldest < before)
    return Forecast(kind, days, before, first, rows, size)


def _count(table: Table, before: datetime) -> int:
    count: int = table.old(before).values(table.time)[:COUNTED].count()
    return count


def _oldest(table: Table) -> datetime | None:
    """Return the oldest time of a table, looked for month by month where months are partitions.

    Rows without a partition of their own are in the default one: a month reaches to the next that has one.
    """
    months = [datetime(day.year, day.month, 1, tzinfo=UTC) for day in months_of(connection, table.name)]
    for since, until in pairwise([None, *months, None]):
        rows = table.rows.filter(**{f"{table.time}__gte": since}) if since else table.rows
        rows = rows.filter(**{f"{table.time}__lt": until}) if until else rows
        oldest: datetime | None = rows.aggregate(oldest=Min(table.time))["oldest"]
        if oldest is not None:
            return oldest
    return None


def _size(kind: Kind) -> int | None:
    if kind.contents:
        return kind.tables[-1].rows.aggregate(size=Sum("size"))["size"] or 0
    if connection.vendor != "postgresql" or any(table.among for table in kind.tables):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(tree.relid)) FROM unnest(%s::text[]) AS name, "
            "pg_partition_tree(to_regclass(name)) AS tree",
            [[table.name for table in kind.tables]],
        )
        partitioned = cursor.fetchone()[0]
        if partitioned is not None:
            return int(partitioned)
        cursor.execute(
            "SELECT sum(pg_total_relation_size(to_regclass(name))) FROM unnest(%s::text[]) AS name",
            [[table.name for table in kind.tables]],
        )
        return int(cursor.fetchone()[0])


def remove_old(*, now: datetime, go_on: Callable[[], bool] = lambda: True) -> bool:
    """Remove what is kept no longer, as long as `go_on` says so; return whether all of it is gone."""
    project = project_settings()
    for kind in KINDS:
        days = kind.days(project)
        if days is None or kind.contents:
            continue
        removal = Removal(kind.kept_from(days, now), archived=project.archive_removed)
        if kind.key == "meter_samples":
            _leave_rollups_alone(removal.before)
        if not all(_remove(kind, table, removal, go_on) for table in kind.tables):
            return False
    return True


def _leave_rollups_alone(before: datetime) -> None:
    """Stretches whose samples go are not rolled up again."""
    RollupState.objects.exclude(samples_from__gte=before).update(samples_from=before)


def _remove(kind: Kind, table: Table, removal: Removal, go_on: Callable[[], bool]) -> bool:
    gone, steps = remove(table, removal, go_on)
    if steps:
        details = {"before": removal.before, "table": table.name, "archived": removal.archived, "all": gone}
        record(Deed(SYSTEM, "remove_old", "retention", kind.key, None, details))
    return gone


@transaction.atomic
def change_retention(*, days: Mapping[str, int | None], archived: bool, actor: Actor) -> None:
    """Keep for how many days each kind is kept (by setting), and whether it is archived before it goes."""
    project = Project.objects.get_or_create(pk=1)[0]
    known = {kind.setting for kind in KINDS}
    for name in known & days.keys():
        setattr(project, name, days[name])
    project.archive_removed = archived
    project.save(update_fields=[*(known & days.keys()), "archive_removed"])
    record(Deed(actor, "change", "retention", "project", None, {**days, "archive": archived}))
