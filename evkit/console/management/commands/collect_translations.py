from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from evkit.core.translations import catalogues, extract, update


class Command(BaseCommand):
    help = "Bring the message catalogues up to date with the sources."
    requires_system_checks: list[str] = []

    def handle(self, *_args: object, **_options: object) -> None:
        messages = extract(settings.BASE_DIR)
        for path in catalogues(settings.BASE_DIR):
            changed = update(path, messages)
            name = path.relative_to(settings.BASE_DIR)
            self.stdout.write(f"{name}: {len(messages)} messages, {changed} added or removed")
