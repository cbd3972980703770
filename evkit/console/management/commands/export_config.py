from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from evkit.console.config_file.exporting import as_json, as_yaml, export_configuration


class Command(BaseCommand):
    help = "Print the present configuration as a file for apply_config; passwords are never in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["yaml", "json"], default="yaml")

    def handle(self, *_args: object, **options: object) -> None:
        write = as_json if options["format"] == "json" else as_yaml
        self.stdout.write(write(export_configuration()), ending="")
