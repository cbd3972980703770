"""Wherever a page names a vehicle, the name leads to the vehicle's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import Evse
from charging.models import OrphanStop, Vehicle
from sites.types import Role
from tests.console.depot import NOW, Depot, add_reservation

LogIn = Callable[..., Client]
HREF = "/sites/depot/vehicles/bus-212/"
LINK = f'<a class="text-link" href="{HREF}">Bus 212</a>'


def add_orphan(depot: Depot) -> OrphanStop:
    """Add a stop at the charging charge point that fits no transaction by its number."""
    return OrphanStop.objects.create(
        charge_point=depot.charging, digest="d1", claimed_id=-1, id_tag="BUS212", stopped_at=NOW,
        received_at=NOW, payload={},
    )  # fmt: skip


class TestNames:
    @pytest.mark.parametrize(
        ("page", "arguments"),
        [
            ("operation", ()),
            ("connectors", ()),
            ("transactions", ()),
            ("smart", ()),
            ("charge_point", ("A_001",)),
            ("charge_point_transactions", ("A_001",)),
        ],
    )
    def test_lead_to_the_vehicle(
        self, log_in: LogIn, depot: Depot, page: str, arguments: tuple[str, ...]
    ) -> None:
        guest = log_in(Role.GUEST)
        assert LINK in guest.get(reverse(page, args=["depot", *arguments])).content.decode()
        assert guest.get(HREF).status_code == 200

    def test_lead_there_from_both_places_of_a_transaction(self, log_in: LogIn, depot: Depot) -> None:
        href = reverse("transaction", args=["depot", depot.transaction.number])
        assert log_in(Role.GUEST).get(href).content.decode().count(LINK) == 2

    def test_lead_there_from_the_transactions_of_all_sites(self, log_in: LogIn, depot: Depot) -> None:
        assert LINK in log_in(Role.GUEST).get(reverse("all_transactions")).content.decode()

    def test_lead_there_from_a_reservation(self, log_in: LogIn, depot: Depot) -> None:
        add_reservation(depot)
        assert LINK in log_in(Role.GUEST).get(reverse("reservations", args=["depot"])).content.decode()

    @pytest.mark.parametrize("page", ["smart_override", "charge_plan"])
    def test_lead_there_from_what_is_decided_about_a_charge(
        self, log_in: LogIn, depot: Depot, page: str
    ) -> None:
        href = reverse(page, args=["depot", depot.transaction.number])
        assert LINK in log_in(Role.OPERATOR).get(href).content.decode()

    def test_lead_there_from_a_stop_that_may_be_its_own(self, log_in: LogIn, depot: Depot) -> None:
        add_orphan(depot)
        assert LINK in log_in(Role.OPERATOR).get(reverse("orphans", args=["depot"])).content.decode()


class TestWhatLeadsNowhere:
    def test_a_badge_stays_a_word(self, log_in: LogIn, depot: Depot) -> None:
        depot.transaction.vehicle = None
        depot.transaction.save()
        client = log_in(Role.GUEST)
        for page in ("operation", "connectors", "transactions", "smart"):
            shown = client.get(reverse(page, args=["depot"])).content.decode()
            assert "BUS212" in shown
            assert HREF not in shown

    def test_off_every_site_a_vehicle_has_no_page(self, log_in: LogIn, depot: Depot) -> None:
        add_orphan(depot)
        depot.charging.site = None
        depot.charging.save()
        shown = log_in(Role.ADMINISTRATOR).get(reverse("siteless_orphans")).content.decode()
        assert "Bus 212" in shown
        assert "bus-212" not in shown

    def test_a_name_is_text_not_markup(self, log_in: LogIn, depot: Depot) -> None:
        Vehicle.objects.update(name='<b class="x">Bus</b>')
        client = log_in(Role.GUEST)
        for page in ("operation", "connectors", "transactions", "smart"):
            shown = client.get(reverse(page, args=["depot"])).content.decode()
            assert f'href="{HREF}">&lt;b class=&quot;x&quot;&gt;Bus&lt;/b&gt;</a>' in shown

    def test_one_that_has_left_is_not_named(self, log_in: LogIn, depot: Depot) -> None:
        state = Evse.objects.get(charge_point=depot.charging, number=1).state
        state.status = "Available"
        state.save()
        client = log_in(Role.GUEST)
        for page in ("operation", "connectors"):
            assert HREF not in client.get(reverse(page, args=["depot"])).content.decode()
