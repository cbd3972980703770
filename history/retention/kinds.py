"""What is kept for how long: the kinds of data that retention removes, by whole months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from charging.models import EnergyCorrection, MeterSample, Transaction
from history.models import HourRollup, Message, MinuteRollup, PowerRollup, QuarterRollup
from sites.models import Project

DAY: Final = timedelta(days=1)
MONTH: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a kind.

    Rows are found by `owner` (the first field of an index), then by `time`; `step` is removed at once.
    """

    model: type[models.Model]
    owner: str
    time: str
    step: timedelta = MONTH

    @property
    def rows(self) -> Any:
        """All rows."""
        return self.model._default_manager.all()  # noqa: SLF001 (Django's documented name)

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.model._meta.db_table  # noqa: SLF001 (Django's documented Meta API)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data: `setting` is the field of the project that says for how many days it is kept."""

    key: str
    label: Promise
    setting: str
    tables: Sequence[Table]

    def days(self, project: Project) -> int | None:
        """Return for how many days it is kept; None: for ever."""
        found: int | None = getattr(project, self.setting)
        return found


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
            Table(EnergyCorrection, "transaction__charge_point_id", "transaction__ended_at"),
            Table(Transaction, "charge_point_id", "ended_at"),
        ],
    ),
)  # fmt: skip


def kept_from(days: int, now: datetime) -> datetime:
    """Return the beginning of the month of what is kept: whole months go, so a little more is kept."""
    return (
        (now - timedelta(days=days)).astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )
