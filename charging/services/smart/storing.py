"""The limits of connectors (`ConnectorLimit`) in a cycle: read in one statement, what changed written in one.

They are plain rows: as models they cost several times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from chargers.models import Command
from charging.models import ConnectorLimit
from evkit.core.db import Read, columns, read_rows, update_rows
from evkit.core.literals import Row

_TABLE: Final = "charging_connectorlimit"
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
    trial="int2",
    resumes="boolean",
    not_resumed="int2",
    held_by="text",
)


@dataclass(slots=True, eq=False)
class LimitRow:
    """What smart charging told a connector, and what it knows to rule it: see `ConnectorLimit`.

    The fields are in the order of the columns; of both commands it has what became of them.
    """

    evse_id: int
    transaction_id: int | None = None
    confirmed: float | None = None
    confirmed_at: datetime | None = None
    before: float | None = None
    sent: float | None = None
    command: Command | None = None
    doubtful: float | None = None
    refused_at: datetime | None = None
    changed_at: datetime | None = None
    default: float | None = None
    default_at: datetime | None = None
    default_command: Command | None = None
    target: float | None = None
    envelope: float | None = None
    why: str = ""
    falls_at: datetime | None = None
    sent_falls_at: datetime | None = None
    on_since: datetime | None = None
    off_since: datetime | None = None
    latency_s: float | None = None
    overdraw: float = 0.0
    cap: float | None = None
    way: int = 0
    tries: int = 0
    missed_at: datetime | None = None
    rests_until: datetime | None = None
    rests: int = 0
    distrusted: bool = False
    trial: int = 0
    resumes: bool | None = None
    not_resumed: int = 0
    held_by: str = ""

    @property
    def command_id(self) -> int | None:
        """The number of the command that a limit is on its way with."""
        return self.command.pk if self.command else None

    @property
    def default_command_id(self) -> int | None:
        """The number of the command that a default profile is on its way with."""
        return self.default_command.pk if self.default_command else None


_values: Final = attrgetter(*(column.name for column in _COLUMNS))
_COMMANDS: Final = tuple(
    place for place, column in enumerate(_COLUMNS) if column.name in {"command_id", "default_command_id"}
)


def read_limits(evse_ids: Sequence[int], *, stored: bool) -> tuple[dict[int, LimitRow], dict[int, Row]]:
    """Return the rows of connectors by EVSE id, with the commands they wait for, and what is stored of them.

    Those that are missing are made; they are stored as well where `stored` says so.
    """
    [found] = read_rows(Read(_TABLE, _COLUMNS, evse_ids, "evse_id"))
    awaited = {row[place] for row in found for place in _COMMANDS} - {None}
    commands = Command.objects.in_bulk(awaited) if awaited else {}
    rows = {row[0]: _limit_row(row, commands) for row in found}
    missing = [LimitRow(evse_id) for evse_id in evse_ids if evse_id not in rows]
    if missing and stored:
        ConnectorLimit.objects.bulk_create(
            [ConnectorLimit(evse_id=row.evse_id) for row in missing], ignore_conflicts=True
        )
    before: dict[int, Row] = {row[0]: row for row in found}
    before |= {row.evse_id: _values(row) for row in missing}
    return rows | {row.evse_id: row for row in missing}, before


def store_changed(rows: Iterable[LimitRow], before: Mapping[int, Row]) -> int:
    """Write the rows that are no longer as `before`; return how many."""
    changed = [values for row in rows if (values := _values(row)) != before.get(row.evse_id)]
    update_rows(_TABLE, _COLUMNS, changed)
    return len(changed)


def _limit_row(values: Sequence[Any], commands: Mapping[int, Command]) -> LimitRow:
    known = list(values)
    for place in _COMMANDS:
        known[place] = commands.get(values[place])
    return LimitRow(*known)
