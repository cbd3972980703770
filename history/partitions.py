"""Which tables are partitioned by month, and the making of partitions ahead of time."""

from __future__ import annotations

from datetime import date

from django.db import connection

from charging.models import MeterSample
from evkit.core.partitions import create_months
from history.models import Message, MinuteRollup

PARTITIONED = (MeterSample, Message, MinuteRollup)


def make_partitions(*, today: date) -> None:
    """Create the partitions of this month and the next ones where they are missing (PostgreSQL)."""
    for model in PARTITIONED:
        create_months(connection, model._meta.db_table, today)  # noqa: SLF001 (Django's documented Meta API)
