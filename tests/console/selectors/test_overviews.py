from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from charging.models import Transaction
from evkit.console.selectors.overview import site_cards
from evkit.console.selectors.rows import site_rows
from sites.models import Site
from tests.console.depot import add_charge_point, add_connector, add_site, add_transaction

pytestmark = pytest.mark.django_db

STATUSES = ("Available", "Charging", "Faulted", "Finishing", "Unavailable")


@pytest.fixture
def site() -> Site:
    """Return a site where every kind of connector is twice, one charge point is offline, one is empty."""
    site = add_site()
    for number in range(2):
        for status in STATUSES:
            point = add_charge_point(site, f"{status}_{number}")
            evse = add_connector(point, 1, status, error_code="GroundFailure", limit_a=16)
            if status in {"Charging", "Finishing"}:
                add_transaction(evse, f"Bus {status} {number}")
        add_charge_point(site, f"offline_{number}", online=False)
    assert Transaction.objects.count() == 4
    return site


class TestQueries:
    """What a row needs and is not read with all of them would be asked for row by row."""

    def test_cards_take_as_many_queries_however_many_there_are(
        self, site: Site, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(5):
            assert len(site_cards(site)) == 12

    def test_rows_take_as_many_queries_however_many_there_are(
        self, site: Site, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            assert len(site_rows(site)) == 10
