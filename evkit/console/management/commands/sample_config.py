from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from chargers.simulator.fleet import uniform_specs
from evkit.console.config_file.sample import sample_yaml


class Command(BaseCommand):
    help = "Print a configuration file that declares the charge points of `simulate --scenario busy`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=500, help="number of charge points")
        parser.add_argument("--prefix", default="SIM_", help="beginning of the identities")
        parser.add_argument("--connectors", type=int, default=2, help="connectors of each")
        parser.add_argument("--site", default="sample", help="code of the site")

    def handle(self, *_args: object, **options: object) -> None:
        specs = uniform_specs(
            int(str(options["count"])),
            prefix=str(options["prefix"]),
            connectors=int(str(options["connectors"])),
        )
        self.stdout.write(sample_yaml(specs, site=str(options["site"])), ending="")
