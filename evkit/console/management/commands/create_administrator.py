from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Q

from evkit.environment import stored_secret
from sites.models import User
from sites.types import Role

USERNAME = "admin"
PASSWORD_BYTES = 15


class Command(BaseCommand):
    help = "Create the user admin with a generated password, kept in the data folder; only the first time."

    def handle(self, *_args: object, **options: object) -> None:
        path = Path(settings.EVKIT_DATA_DIR) / "admin_password"
        if User.objects.filter(Q(role=Role.ADMINISTRATOR) | Q(username=USERNAME)).exists():
            if options["verbosity"]:
                self.stdout.write("There is an administrator already, or a user of that name.")
            return
        password = stored_secret(path, length=PASSWORD_BYTES)
        User.objects.create_superuser(USERNAME, password=password, role=Role.ADMINISTRATOR)
        if options["verbosity"]:
            self.stdout.write(f"administrator {USERNAME}, password {password} (kept in {path})")
