"""Migrated databases: made once by each test process, then copied for every server."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support.databases import own_database
from tests.support.server import Server

SQLITE = "evkit.sqlite3"


def migrate(server: Server) -> None:
    """Give `server`, whose database is new, all tables."""
    if server.database_url:
        _copy_postgres(_migrated_postgres(), server.database_url)
    else:
        shutil.copy(_migrated_sqlite(), server.data_dir / SQLITE)


def _make(data_dir: Path, url: str) -> None:
    maker = Server(data_dir=data_dir, database_url=url)
    try:
        maker.manage("migrate", "--verbosity", "0")
    finally:
        maker.stop()


@cache
def _migrated_sqlite() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="evkit-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(folder, "")
    return folder / SQLITE


@cache
def _migrated_postgres() -> str:
    stack = ExitStack()
    url = stack.enter_context(own_database())
    atexit.register(stack.close)
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), url)
    return url


def _copy_postgres(origin: str, target: str) -> None:
    """Make `target` anew from `origin`; one on another cluster is migrated by itself."""
    source, copy = urlsplit(origin), urlsplit(target)
    if source.netloc != copy.netloc:
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder), target)
        return
    names = copy.path.removeprefix("/"), source.path.removeprefix("/")
    with psycopg.connect(urlunsplit(copy._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{names[0]}"')
        connection.execute(f'CREATE DATABASE "{names[0]}" TEMPLATE "{names[1]}"')
