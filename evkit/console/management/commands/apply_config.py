from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from evkit.console.config_file.differences import lines
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.problems import ConfigurationRefusedError
from evkit.console.config_file.service import Options, Outcome, apply_configuration
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor


class Command(BaseCommand):
    help = "Apply a configuration file (YAML or JSON) as a whole, or refuse it and change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="configuration file; .json is read as JSON, else YAML")
        parser.add_argument("--dry-run", action="store_true", help="print the differences, change nothing")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="remove what the sections in the file leave out, unless it has transactions",
        )
        parser.add_argument(
            "--without-passwords",
            action="store_true",
            help="give new users no password (as with --verbosity 0); an administrator sets it",
        )

    def handle(self, *_args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        chosen = Options(
            dry_run=bool(options["dry_run"]),
            prune=bool(options["prune"]),
            with_passwords=not options["without_passwords"] and bool(options["verbosity"]),
        )
        try:
            source = Source(str(path), path.read_text(encoding="utf-8"))
            outcome = apply_configuration(
                source=source, now=utc_now(), options=chosen, actor=Actor(name="apply_config")
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        except ConfigurationRefusedError as error:
            raise CommandError(error.message) from error
        if options["verbosity"]:
            self._report(outcome, dry_run=chosen.dry_run)

    def _report(self, outcome: Outcome, *, dry_run: bool) -> None:
        for line in lines(outcome.differences):
            self.stdout.write(line)
        for username, password in outcome.passwords.items():
            self.stdout.write(f"password of {username} (shown only now): {password}")
        if not outcome.differences:
            self.stdout.write("Nothing to change.")
        elif dry_run:
            self.stdout.write("Dry run: nothing was changed.")
