"""Databases for tests that start the server as its users do."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg

DEFAULT_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
DEFAULT_REDIS = "redis://127.0.0.1:6379/9"


def postgres_url() -> str:
    """Return the URL of the PostgreSQL server that tests may use."""
    return os.environ.get("DATABASE_URL") or DEFAULT_POSTGRES


def postgres_answers() -> bool:
    """Tell whether PostgreSQL can be reached."""
    try:
        psycopg.connect(postgres_url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def redis_url() -> str:
    """Return the URL of the Redis server that tests may use."""
    return os.environ.get("REDIS_URL") or DEFAULT_REDIS


def redis_answers() -> bool:
    """Tell whether Redis can be reached."""
    import redis

    try:
        redis.Redis.from_url(redis_url(), socket_connect_timeout=2).ping()
    except redis.RedisError:
        return False
    return True


def create_database() -> str:
    """Create a PostgreSQL database of the test's own; return its URL."""
    name = f"evkit_test_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(postgres_url())
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(parts._replace(path=f"/{name}"))


def drop_database(url: str) -> None:
    """Drop a database and end its connections."""
    parts = urlsplit(url)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{parts.path.removeprefix("/")}" WITH (FORCE)')


@contextmanager
def own_database() -> Iterator[str]:
    """Create a PostgreSQL database of the test's own; yield its URL; drop it afterwards."""
    url = create_database()
    try:
        yield url
    finally:
        drop_database(url)
