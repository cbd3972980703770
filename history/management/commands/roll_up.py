"""`manage.py roll_up [--again]`: bring the roll-ups, and the counts of transactions, up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evkit.core.clock import utc_now
from history.services.rollups import make_due, roll_up
from history.services.running import count_running, forget_counts


class Command(BaseCommand):
    help = "Roll up what is not rolled up yet (a task does so by itself)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="roll up everything that is stored again")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["again"]:
            self.stdout.write(f"{make_due(until=utc_now())} connectors")
            forget_counts()
        roll_up(now=utc_now())
        count_running(now=utc_now())
