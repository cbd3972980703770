from __future__ import annotations

import pytest

from sites.models import Site
from tests.console.depot import Depot, add_depot

PAGE = "smart"


@pytest.fixture
def depot(db) -> Depot:
    depot = add_depot()
    Site.objects.filter(pk=depot.site.pk).update(smart_charging_enabled=True)
    return depot
