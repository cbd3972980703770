"""What is kept for how long: the kinds of data that retention removes, by whole months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chargers.models import (
    Boot,
    Command,
    CommandCall,
    Connection,
    ConnectionFailure,
    DeferredAnswer,
    FileJob,
    JobStatus,
    Outage,
    SecurityEvent,
    VendorMessage,
)
from chargers.types import JobKind
from charging.models import (
    ChargeOverride,
    ChargePlan,
    DecisionRecord,
    EnergyCorrection,
    LimitChange,
    MeterSample,
    OperationBatch,
    OperationLine,
    OrphanStop,
    Pause,
    RefusedRequest,
    Reservation,
    Transaction,
)
from history.models import AuditEntry, HourRollup, Message, MinuteRollup, PowerRollup, QuarterRollup
from history.models.audit import ROUTINE
from history.retention.staying import (
    calls_of_commands_that_are_over,
    commands_that_are_over,
    jobs_that_are_over,
    limits_that_ended,
)
from sites.models import ExternalValue, Project, SiteMeterReading
from sites.models.project import SHORTEST

DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a kind.

    Rows are found by `owner` (the first field of an index; none: by `time` alone), then by `time`; `step` is
    removed at once.
    `begun` is a time with an index that is never later than `time`. The kind is the rows `among` which it is;
    of what is old `only` that may go.
    """

    model: type[models.Model]
    owner: str
    time: str
    step: timedelta = MONTH
    begun: str = ""
    among: Q = field(default_factory=Q)
    only: Callable[[datetime], Q] | None = None

    @property
    def rows(self) -> Any:
        """All rows."""
        return self.model._default_manager.filter(self.among)  # noqa: SLF001 (Django's documented name)

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

    What belongs to others stands before them in `tables`. Whole months go, `by_day` whole days. `contents`
    are files, removed by a sweep of their own (`chargers.services.file_retention`), each at its hour.
    """

    key: str
    label: Promise
    setting: str
    tables: Sequence[Table]
    by_day: bool = False
    contents: bool = False

    @property
    def shortest(self) -> int:
        """For how many days it is kept at least."""
        return SHORTEST.get(self.setting, 1)

    def days(self, project: Project) -> int | None:
        """Return for how many days it is kept; None: for ever."""
        found: int | None = getattr(project, self.setting)
        return found

    def kept_from(self, days: int, now: datetime) -> datetime:
        """Return the beginning of the month, or day, of what is kept: a little more than `days`."""
        first = (now - timedelta(days=days)).astimezone(UTC)
        if self.contents:
            return first
        first = first.replace(hour=0, minute=0, second=0, microsecond=0)
        return first if self.by_day else first.replace(day=1)


def _here(kind: JobKind) -> Q:
    """Return which file jobs have a file of this kind that is still here."""
    return Q(kind=kind, received_at__isnull=False, removed_at=None)


KINDS: Final = (
    Kind("messages", _("Messages"), "messages_days", [Table(Message, "charge_point_id", "at", DAY)]),
    Kind(
        "meter_samples", _("Meter samples, readings of sites, external values"), "meter_samples_days",
        [
            Table(SiteMeterReading, "site_id", "at", DAY),
            Table(ExternalValue, "variable_id", "at", DAY),
            Table(MeterSample, "charge_point_id", "measured_at", DAY),
        ],
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
        "reservations", _("Reservations"), "reservations_days",
        [Table(Reservation, "charge_point_id", "ended_at", begun="created_at")],
    ),
    Kind(
        "transactions", _("Transactions"), "transactions_days",
        [
            *(
                Table(model, "transaction__charge_point_id", "transaction__ended_at")
                for model in (EnergyCorrection, Pause, ChargeOverride, ChargePlan)
            ),
            Table(OrphanStop, "charge_point_id", "settled_at"),
            Table(Transaction, "charge_point_id", "ended_at"),
        ],
    ),
    Kind(
        "file_jobs", _("Firmware updates, uploads"), "file_jobs_days",
        [
            Table(JobStatus, "charge_point_id", "at"),
            Table(FileJob, "charge_point_id", "updated_at", begun="created_at", only=jobs_that_are_over),
        ],
    ),
    Kind(
        "diagnostics", _("Files of diagnostics"), "diagnostics_days",
        [Table(FileJob, "charge_point_id", "received_at", among=_here(JobKind.DIAGNOSTICS))],
        contents=True,
    ),
    Kind(
        "logs", _("Files of logs"), "logs_days",
        [Table(FileJob, "charge_point_id", "received_at", among=_here(JobKind.LOG))],
        contents=True,
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
            Table(ConnectionFailure, "", "last_at"),
            Table(Connection, "charge_point_id", "closed_at", begun="opened_at"),
        ],
    ),
    Kind(
        "security_events", _("Security events"), "security_events_days",
        [Table(SecurityEvent, "charge_point_id", "received_at")],
    ),
    Kind(
        "vendor_messages", _("Messages of vendors"), "vendor_messages_days",
        [Table(VendorMessage, "charge_point_id", "at")],
    ),
    Kind(
        "audit_routine", _("Audit journal: routine of smart charging"), "audit_routine_days",
        [Table(AuditEntry, "", "at", DAY, among=ROUTINE & Q(user=None))],
    ),
    Kind("audit", _("Audit journal"), "audit_days", [Table(AuditEntry, "", "at", DAY)]),
)  # fmt: skip

RESTORED: Final = tuple(
    dict.fromkeys(
        table.model for kind in reversed(KINDS) if not kind.contents for table in reversed(kind.tables)
    )
)
"""In the order in which rows are restored: after what they belong to; pauses belong to a command as well."""
