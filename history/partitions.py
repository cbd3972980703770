"""Which tables are partitioned by month; partitions are made ahead of time and for restored rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from django.db import connection, models

from charging.models import MeterSample
from evkit.core.partitions import create_month, create_months
from history.models import Message, MinuteRollup

PARTITIONED: Final[dict[type[models.Model], str]] = {
    MeterSample: "measured_at",
    Message: "at",
    MinuteRollup: "at",
}
"""The tables with the column by which they are divided."""

PATIENCE_S: Final = 2.0


def make_partitions(*, today: date) -> None:
    """Create the partitions of this month and the next ones where they are missing (PostgreSQL)."""
    for model in PARTITIONED:
        create_months(connection, model._meta.db_table, today)  # noqa: SLF001 (Django's documented Meta API)


def month_of(moment: datetime) -> date:
    """Return the first day of the month of a moment in UTC, by which the tables are divided."""
    return moment.astimezone(UTC).date().replace(day=1)


def make_partition(model: type[models.Model], month: date) -> None:
    """Create the partition of a past month, if it is missing and the table free soon enough (PostgreSQL)."""
    create_month(connection, model._meta.db_table, month, patience_s=PATIENCE_S)  # noqa: SLF001
