from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sites.types import Role
from tests.console.depot import Depot, add_depot, add_user


@pytest.fixture
def depot(db: None) -> Depot:
    """A site with a charging, a faulted and an offline charge point."""
    return add_depot()


@pytest.fixture
def log_in(depot: Depot) -> Callable[..., Client]:
    """Return a function that gives a browser logged in as a role, a member of the depot."""

    def browser(role: Role, *, language: str = "en") -> Client:
        client = Client()
        client.force_login(add_user(role, depot.site, language=language))
        return client

    return browser
