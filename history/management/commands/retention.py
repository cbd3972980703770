"""`manage.py retention [--remove]`: tell what is kept no longer, or remove it at once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from evkit.core.clock import utc_now
from history.services.retention import forecast, remove_old


class Command(BaseCommand):
    help = "List what retention will remove; with --remove, remove it now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove it now (a task does so by itself)")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = utc_now()
        for each in forecast(days={}, now=now):
            until = "-" if each.before is None else f"{each.before:%Y-%m-%d}"
            oldest = "-" if each.oldest is None else f"{each.oldest:%Y-%m-%d}"
            self.stdout.write(f"{each.kind.key:14} oldest {oldest}  removed before {until}  rows {each.rows}")
        if options["remove"]:
            remove_old(now=now)
