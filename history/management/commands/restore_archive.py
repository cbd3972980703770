"""`manage.py restore_archive FILE ...`: put archived rows back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evkit.core.errors import InvalidInputError
from history.retention.restoring import in_order, restore


class Command(BaseCommand):
    help = "Put the rows of archive files back; raise the retention first, or they are removed again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            for path in in_order(options["files"]):
                model, count = restore(path)
                self.stdout.write(f"{path}: {count} rows of {model}")
        except InvalidInputError as error:
            raise CommandError(error.message) from error
