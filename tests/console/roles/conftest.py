from __future__ import annotations

import pytest

from sites.models import User
from tests.console.roles.world import World, add_people, make_world, place


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Everybody who can log in, by name."""
    return add_people()


@pytest.fixture
def world(people: dict[str, User]) -> World:
    """The rows behind every address."""
    made = make_world(people["operator"])
    place(people, made)
    return made
