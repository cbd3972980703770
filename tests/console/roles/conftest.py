from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import transaction

from evkit.console.health import probes
from sites.models import User
from tests.console.roles.world import World, add_people, make_world, place

People = dict[str, User]


@contextmanager
def undone(blocker: Any) -> Iterator[None]:
    """Let a block use the database, and what comes after it until the end of the fixture, then undo all."""
    stack = ExitStack()
    with blocker.unblock():
        stack.enter_context(transaction.atomic())
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            stack.close()


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[People, World]]:
    """Everybody who can log in, and the rows behind every address: made once for all tests of a module."""
    with undone(django_db_blocker):
        with django_db_blocker.unblock():
            people = add_people()
            world = make_world(people["operator"])
            place(people, world)
        yield people, world


@pytest.fixture
def people(standing: tuple[People, World], django_db_blocker: Any) -> Iterator[People]:
    """Everybody who can log in, by name; what a test does to them and their world is undone."""
    with undone(django_db_blocker), django_db_blocker.unblock():
        yield standing[0]


@pytest.fixture
def world(standing: tuple[People, World], people: People) -> World:
    """The rows behind every address."""
    return standing[1]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for workers, of which there are none, no longer than it takes."""
    monkeypatch.setattr(probes, "PATIENCE_S", 0.05)
