from __future__ import annotations

import gc

import pytest
from pytest_django import DjangoAssertNumQueries

from chargers.models import ChargePoint, Evse, EvseState
from charging.models import LastAuthorization, Transaction
from evkit.console.selectors.overview import site_cards
from evkit.console.selectors.rows import site_rows
from sites.models import Site
from tests.console.depot import NOW, add_charge_point, add_connector, add_site, add_transaction

pytestmark = pytest.mark.django_db

STATUSES = ("Available", "Charging", "Faulted", "Finishing", "Preparing", "SuspendedEVSE", "Unavailable")


@pytest.fixture
def site() -> Site:
    """Return a site where every kind of connector is twice, one charge point is offline, one is empty."""
    site = add_site()
    for number in range(2):
        add_charge_points(site, number)
    for number in range(2):
        add_charge_point(site, f"offline_{number}", online=False)
    assert Transaction.objects.count() == 6
    return site


def add_charge_points(site: Site, number: int) -> None:
    for status in STATUSES:
        point = add_charge_point(site, f"{status}_{number}")
        code = "GroundFailure" if status == "Faulted" else "NoError"
        evse = add_connector(point, 1, status, error_code=code, limit_a=0)
        if status in {"Charging", "Finishing", "SuspendedEVSE"}:
            add_transaction(evse, f"Bus {status} {number}", measured_at=NOW)


class TestQueries:
    """What a row needs and is not read with all of them would be asked for row by row."""

    def test_cards_take_as_many_queries_however_many_there_are(
        self, site: Site, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(5):
            assert len(site_cards(site)) == 16

    def test_rows_take_as_many_queries_however_many_there_are(
        self, site: Site, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(16):
            assert len(site_rows(site, NOW)) == 14
        for number in range(2, 9):
            add_charge_points(site, number)
        with django_assert_num_queries(16):
            assert len(site_rows(site, NOW)) == 63


def kept() -> int:
    """Return how many charge points and connectors are in memory."""
    return sum(isinstance(each, ChargePoint | Evse) for each in gc.get_objects())


class TestMemory:
    @pytest.mark.parametrize("read", [site_cards, lambda site: site_rows(site, NOW)], ids=["cards", "rows"])
    def test_nothing_that_was_read_is_left_to_the_garbage_collector(self, site: Site, read) -> None:
        read(site)
        gc.collect()
        gc.disable()
        try:
            before = kept()
            assert read(site)
            assert kept() == before
        finally:
            gc.enable()


class TestReasons:
    def test_a_row_says_briefly_what_the_page_of_its_charge_point_says(self, site: Site) -> None:
        point = ChargePoint.objects.get(identity="Preparing_0")
        LastAuthorization.objects.create(charge_point=point, key="FFFF", status="Blocked", at=NOW)
        told = {row.identity: row.why for row in site_rows(site, NOW)}
        assert told["Preparing_0"] == "badge refused: blocked"
        assert told["Preparing_1"] == "no badge presented"
        assert told["SuspendedEVSE_0"] == "limit of 0.0\u202fkW"
        assert told["Charging_0"] == "draws no power at the moment"
        assert told["Available_0"] == ""
        assert told["Faulted_0"] == "Earth fault"

    def test_what_is_too_little_is_asked_of_the_connector_not_of_a_fixed_number(self, site: Site) -> None:
        """Below 6 A per phase nothing charges with AC, below 1 kW with DC (IEC 61851-1)."""
        held = Evse.objects.filter(charge_point__identity="SuspendedEVSE_0")
        held.update(current="AC", phases=3)
        EvseState.objects.filter(evse__in=held).update(limit_a=5)
        told = {row.identity: row.why for row in site_rows(site, NOW)}
        assert told["SuspendedEVSE_0"] == "limit of 3.5\u202fkW"
        held.update(current="DC")
        told = {row.identity: row.why for row in site_rows(site, NOW)}
        assert told["SuspendedEVSE_0"] == "the charge point offers no power"
