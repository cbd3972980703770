"""A plugin of pytest that leaves out what never sees the database, which cannot change its result."""

from __future__ import annotations

import django.test
import pytest

ITS_FIXTURES = {"db", "transactional_db", "admin_client", "found", "standing"}
"""Those of pytest-django that a test may use without the mark, the campaign of `tests.fuzz`, and the world of
the roles."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that may use the database."""
    left_out = [item for item in items if not may_use_database(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if may_use_database(item)]


def may_use_database(item: pytest.Item) -> bool:
    """Tell whether a test is let near the database: pytest-django refuses it to every other one."""
    if item.get_closest_marker("django_db") or ITS_FIXTURES & set(getattr(item, "fixturenames", ())):
        return True
    return issubclass(getattr(item, "cls", None) or object, django.test.TransactionTestCase)
