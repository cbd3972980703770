"""`manage.py lower_security_profile IDENTITY PROFILE`: for a charge point that was reset or replaced."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chargers.models import ChargePoint
from chargers.services.security_profiles import lower_profile
from evkit.core.recorders import Actor


class Command(BaseCommand):
    """Lowers the security profile that evkit asks of a charge point; nothing else can."""

    help = "Lower the security profile that is asked of a charge point, for one that was reset or replaced."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the identity and the profile."""
        parser.add_argument("identity")
        parser.add_argument("profile", type=int, choices=[0, 1, 2])

    def handle(self, *args: Any, **options: Any) -> None:
        """Lower it, with an entry in the audit journal."""
        del args
        row = ChargePoint.objects.filter(identity=options["identity"]).first()
        if row is None:
            raise CommandError(f"There is no charge point {options['identity']}.")
        if options["profile"] >= row.security_profile:
            raise CommandError(
                f"{row.identity} has security profile {row.security_profile}: nothing to lower."
            )
        lower_profile(charge_point=row, profile=options["profile"], actor=Actor(name="manage.py"))
        self.stdout.write(f"{row.identity}: security profile {row.security_profile} -> {options['profile']}")
