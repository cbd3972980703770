from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evkit.core.translations import catalogues, extract, problems


class Command(BaseCommand):
    help = "Fail when a message is missing from a catalogue, untranslated or fuzzy."
    requires_system_checks: list[str] = []

    def handle(self, *_args: object, **_options: object) -> None:
        messages = extract(settings.BASE_DIR)
        found = [text for path in catalogues(settings.BASE_DIR) for text in problems(path, messages)]
        for text in found:
            self.stderr.write(text)
        if found:
            raise CommandError(
                f"{len(found)} messages need a translation: run 'make messages', "
                "then fill in the empty entries."
            )
        self.stdout.write(f"{len(messages)} messages, all translated")
