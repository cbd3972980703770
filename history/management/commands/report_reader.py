from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection
from psycopg import errors

from evkit.core.errors import InvalidInputError
from history.open_database.making import views_of
from history.open_database.readers import Reader, remove_reader, set_up_reader
from history.open_database.shape import POSTGRESQL


class Command(BaseCommand):
    help = "Set up a role of PostgreSQL that reads the report views and nothing else (docs/database.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="", help="name of the role; default: DATABASE_reader")
        parser.add_argument("--remove", action="store_true", help="take the role away")

    def handle(self, *_args: object, **options: object) -> None:
        if connection.vendor != POSTGRESQL:
            raise CommandError("SQLite has no roles: give other tools a copy of the file (docs/database.md).")
        name = str(options["name"]) or f"{connection.settings_dict['NAME']}_reader".lower()
        try:
            if options["remove"]:
                remove_reader(connection, name)
                self.stdout.write(f"role {name} removed")
                return
            views = [view.name for view in views_of(POSTGRESQL)]
            self._show(set_up_reader(connection, name, views), views)
        except InvalidInputError as error:
            raise CommandError(error.message) from error
        except ProgrammingError as error:
            if not isinstance(error.__cause__, errors.InsufficientPrivilege):
                raise
            raise CommandError(
                "The database user of evkit may not make roles. Give it the right with "
                "ALTER ROLE ... CREATEROLE, or run this command with a DATABASE_URL of a superuser."
            ) from error

    def _show(self, reader: Reader, views: list[str]) -> None:
        self.stdout.write(
            f"host {reader.host or 'localhost'}, port {reader.port}, database {reader.database}\n"
            f"user {reader.name}, password {reader.password}\n"
            f"It reads: {', '.join(views)}.\n"
            "The password is stored nowhere; run the command again for another one."
        )
        if reader.may_create:
            self.stderr.write(
                "Everybody may create tables in this database (the default before PostgreSQL 15). To end "
                "that, as its owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
            )
