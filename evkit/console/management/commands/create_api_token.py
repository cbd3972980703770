from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from evkit.core.clock import utc_now
from evkit.core.errors import EvkitError
from evkit.core.recorders import Actor
from sites.models import Site
from sites.services.tokens import create_token
from sites.types import Role


class Command(BaseCommand):
    help = "Create a bearer token of the REST API and print it; it is shown only now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the token is for; shown in the audit journal")
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument(
            "--site", action="append", default=[], metavar="CODE", help="repeatable; without it: every site"
        )

    def handle(self, *_args: object, **options: object) -> None:
        codes = [str(code) for code in options["site"]] if isinstance(options["site"], list) else []
        sites = list(Site.objects.filter(code__in=codes))
        unknown = sorted(set(codes) - {site.code for site in sites})
        if unknown:
            raise CommandError(f"There is no site {unknown[0]!r}; see apply_config for how to declare one.")
        try:
            _token, secret = create_token(
                name=str(options["name"]),
                role=Role(str(options["role"])),
                sites=sites,
                now=utc_now(),
                actor=Actor(name="create_api_token"),
            )
        except EvkitError as error:
            raise CommandError(error.message) from error
        self.stdout.write(secret)
