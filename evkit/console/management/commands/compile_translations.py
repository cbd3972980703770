from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from evkit.core.translations import compile_all


class Command(BaseCommand):
    help = "Compile the message catalogues that changed (no gettext tools needed)."
    requires_system_checks: list[str] = []

    def handle(self, *_args: object, **options: object) -> None:
        for path in compile_all(settings.BASE_DIR):
            if options["verbosity"]:
                self.stdout.write(f"compiled {path.relative_to(settings.BASE_DIR)}")
