"""`manage.py make_partitions`: create the monthly partitions of the coming months."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from evkit.core.clock import utc_now
from history.partitions import make_partitions


class Command(BaseCommand):
    help = "Create the monthly partitions of this month and the next ones where they are missing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        make_partitions(today=utc_now().date())
