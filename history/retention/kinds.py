"""What is kept for how long: the kinds of data that retention removes, by whole months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chargers.models import Boot, Command, CommandCall, Connection, DeferredAnswer, Outage
from charging.models import (
    ChargeOverride,
    ChargePlan,
    DecisionRecord,
    EnergyCorrection,
    LimitChange,
    MeterSample,
    OperationBatch,
    OperationLine,
    Pause,
    RefusedRequest,
    Transaction,
)
from history.models import HourRollup, Message, MinuteRollup, PowerRollup, QuarterRollup
from history.retention.staying import (
    calls_of_commands_that_are_over,
    commands_that_are_over,
    limits_that_ended,
)
from sites.models import Project

DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a kind.

    Rows are found by `owner` (the first field of an index), then by `time`; `step` is removed at once.
    `begun` is a time with an index that is never later than `time`; of what is old `only` that may go.
    """

    model: type[models.Model]
    owner: str
    time: str
    step: timedelta = MONTH
    begun: str = ""
    only: Callable[[datetime], Q] | None = None

    @property
    def rows(self) -> Any:
        """All rows."""
        return self.model._default_manager.all()  # noqa: SLF001 (Django's documented name)

    def old(self, before: datetime) -> Any:
        """Return the rows before a moment that may go."""
        rows = self.rows.filter(**{f"{name}__lt": before for name in (self.time, self.begun) if name})
        return rows if self.only is None else rows.filter(self.only(before))

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data: `setting` is the field of the project that says for how many days it is kept.

    What belongs to others stands before them in `tables`. Whole months go, `by_day` whole days.
    """

    key: str
    label: Promise
    setting: str
    tables: Sequence[Table]
    by_day: bool = False

    def days(self, project: Project) -> int | None:
        """Return for how many days it is kept; None: for ever."""
        found: int | None = getattr(project, self.setting)
        return found

    def kept_from(self, days: int, now: datetime) -> datetime:
        """Return the beginning of the month, or day, of what is kept: a little more than `days`."""
        first = (now - timedelta(days=days)).astimezone(UTC)
        first = first.replace(hour=0, minute=0, second=0, microsecond=0)
        return first if self.by_day else first.replace(day=1)


KINDS: Final = (
    Kind("messages", _("Messages"), "messages_days", [Table(Message, "charge_point_id", "at", DAY)]),
    Kind(
        "meter_samples", _("Meter samples"), "meter_samples_days",
        [Table(MeterSample, "charge_point_id", "measured_at", DAY)],
    ),
    Kind(
        "minutes", _("Roll-ups of a minute"), "minutes_days",
        [Table(MinuteRollup, "charge_point_id", "at", DAY)],
    ),
    Kind(
        "quarters", _("Roll-ups of a quarter of an hour"), "quarters_days",
        [Table(QuarterRollup, "charge_point_id", "at")],
    ),
    Kind(
        "hours", _("Roll-ups of an hour, added-up power"), "hours_days",
        [Table(HourRollup, "charge_point_id", "at"), Table(PowerRollup, "site_id", "at")],
    ),
    Kind(
        "transactions", _("Transactions"), "transactions_days",
        [
            *(
                Table(model, "transaction__charge_point_id", "transaction__ended_at")
                for model in (EnergyCorrection, Pause, ChargeOverride, ChargePlan)
            ),
            Table(Transaction, "charge_point_id", "ended_at"),
        ],
    ),
    Kind(
        "commands", _("Commands, operations"), "commands_days",
        [
            Table(OperationLine, "batch__site_id", "batch__created_at"),
            Table(OperationBatch, "site_id", "created_at"),
            Table(
                CommandCall, "command__charge_point_id", "command__finished_at", DAY,
                begun="command__created_at", only=calls_of_commands_that_are_over,
            ),
            Table(
                Command, "charge_point_id", "finished_at", DAY,
                begun="created_at", only=commands_that_are_over,
            ),
        ],
    ),
    Kind(
        "limit_changes", _("Limits of connectors"), "limit_changes_days",
        [Table(LimitChange, "evse_id", "at", DAY, only=limits_that_ended)],
    ),
    Kind(
        "decisions", _("Decisions of smart charging"), "decisions_days",
        [Table(DecisionRecord, "site_id", "at", DAY)], by_day=True,
    ),
    Kind(
        "connections", _("Connections, boots, outages, refused badges"), "connections_days",
        [
            Table(DeferredAnswer, "charge_point_id", "answered_at"),
            Table(RefusedRequest, "charge_point_id", "last_at", begun="first_at"),
            Table(Outage, "evse_id", "until", begun="since"),
            Table(Boot, "charge_point_id", "at"),
            Table(Connection, "charge_point_id", "closed_at", begun="opened_at"),
        ],
    ),
)  # fmt: skip

RESTORED: Final = tuple(table.model for kind in reversed(KINDS) for table in reversed(kind.tables))
"""In the order in which rows are restored: after what they belong to; pauses belong to a command as well."""
