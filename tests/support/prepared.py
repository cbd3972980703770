"""Migrated databases: made once for all processes of a run of the tests, then copied for every server."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.support.databases import create_database, drop_database
from tests.support.server import Server

STORE = "EVKIT_TESTS_STORE"
"""The environment variable with the folder that the processes of a run share."""
SQLITE = "evkit.sqlite3"
POSTGRES = "postgresql"


@contextmanager
def store() -> Iterator[None]:
    """Let this process and those that it starts share what is migrated, and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="evkit-migrated-") as name:
        os.environ[STORE] = name
        try:
            yield
        finally:
            del os.environ[STORE]
            if (Path(name) / POSTGRES).exists():
                drop_database((Path(name) / POSTGRES).read_text())


def prepare(server: Server) -> None:
    """Give `server`, whose database is new, all tables; it shares its compressed files with the others."""
    compressed = Path(os.environ[STORE]) / "compressed"
    compressed.mkdir(exist_ok=True)
    (server.data_dir / "compressed").symlink_to(compressed)
    if server.database_url:
        _copy_postgres(migrated_postgres(), server.database_url)
    else:
        shutil.copy(migrated_sqlite(), server.data_dir / SQLITE)


def migrated_sqlite() -> Path:
    """Return a file of SQLite with all tables."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder), "")
            shutil.move(Path(folder) / SQLITE, path)

    return _once(SQLITE, make)


def migrated_postgres() -> str:
    """Return the URL of a database of PostgreSQL with all tables; nobody stays connected to it."""

    def make(path: Path) -> None:
        url = create_database()
        with tempfile.TemporaryDirectory() as folder:
            _make(Path(folder), url)
        path.write_text(url)

    return _once(POSTGRES, make).read_text()


def _once(name: str, make: Callable[[Path], None]) -> Path:
    """Return a file of the store, made by the first process that asks for it."""
    folder = Path(os.environ[STORE])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / name).exists():
            make(folder / name)
    return folder / name


def _make(data_dir: Path, url: str) -> None:
    maker = Server(data_dir=data_dir, database_url=url)
    try:
        maker.manage("migrate", "--verbosity", "0")
    finally:
        maker.stop()


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
