from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from chargers.models import ChargePointState, EvseState
from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.GUEST)


@pytest.fixture
def url(depot: Depot) -> str:
    return reverse("overview", args=[depot.site.code])


class TestOverview:
    def test_shows_every_charge_point_with_its_state(self, client: Client, url: str) -> None:
        page = client.get(url).content.decode()
        for identity, state in (("A_001", "charging"), ("A_002", "faulted"), ("A_003", "offline")):
            assert f'data-charge-point="{identity}" data-state="{state}"' in page

    def test_a_site_that_nobody_connected_to_tells_the_address(self, client: Client, url: str) -> None:
        assert "/ocpp/IDENTITY" not in client.get(url).content.decode()
        ChargePointState.objects.all().delete()
        assert "ws://testserver/ocpp/IDENTITY" in client.get(url).content.decode()

    def test_power_counts_only_what_is_heard(self, client: Client, url: str) -> None:
        totals = client.get(url).context["totals"]
        assert totals.power_w == 38_400
        assert totals.free_w == 61_600

    def test_speaks_french_to_who_chose_it(self, log_in: LogIn, url: str) -> None:
        page = log_in(Role.OPERATOR, language="fr").get(url).content.decode()
        assert "38,4" in page
        assert "1 sur 2 en charge" in page
        assert "Défaut de terre" in page
        assert '<html lang="fr"' in page

    def test_filters_by_state_and_keeps_it_in_the_links(self, client: Client, url: str) -> None:
        response = client.get(url, {"state": "faulted", "q": "A_"})
        assert [card.identity for zone in response.context["zones"] for card in zone.cards] == ["A_002"]
        assert "?state=free&amp;q=A_" in response.content.decode()

    @pytest.mark.parametrize(("query", "found"), [("bus 212", ["A_001"]), ("yard", ["A_003"]), ("zzz", [])])
    def test_searches(self, client: Client, url: str, query: str, found: list[str]) -> None:
        response = client.get(url, {"q": query})
        assert [card.identity for zone in response.context["zones"] for card in zone.cards] == found

    def test_an_unknown_state_filters_nothing(self, client: Client, url: str) -> None:
        assert len(client.get(url, {"state": "strange"}).context["zones"]) == 2

    def test_takes_the_same_queries_for_many_charge_points(
        self, client: Client, url: str, depot: Depot, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            add_connector(add_charge_point(depot.site, f"X_{number}"), 1)
        with django_assert_max_num_queries(17):
            client.get(url)


class TestFinishing:
    def test_a_connector_without_any_transaction_may_finish(
        self, client: Client, url: str, depot: Depot
    ) -> None:
        add_connector(add_charge_point(depot.site, "A_004"), 1, "Finishing")
        assert 'data-charge-point="A_004" data-state="finishing"' in client.get(url).content.decode()


class TestWindow:
    def test_the_curves_hours_are_chosen_and_kept_in_the_links(self, client: Client, url: str) -> None:
        page = client.get(url, {"hours": "24"}).content.decode()
        assert "power.json?hours=24" in page
        assert "?state=free&amp;hours=24" in page
        assert '<input type="hidden" name="hours" value="24">' in page

    def test_the_usual_window_is_six_hours(self, client: Client, url: str) -> None:
        page = client.get(url, {"hours": "999"}).content.decode()
        assert "power.json?hours=6" in page
        assert "?state=free&amp;hours" not in page


class TestConnectorRows:
    def test_a_vehicle_that_is_gone_is_not_named(self, client: Client, url: str, depot: Depot) -> None:
        EvseState.objects.filter(evse=depot.transaction.evse).update(status="Available")
        assert "Bus 212" not in client.get(url).content.decode()


class TestFragments:
    def test_only_what_changed_comes_with_the_totals(self, client: Client, url: str, depot: Depot) -> None:
        response = client.get(url, {"only": str(depot.charging.pk)}, headers=HTMX)
        text = response.content.decode()
        assert "<html" not in text
        assert f'id="cp-{depot.charging.pk}"' in text
        assert f'id="cp-{depot.faulted.pk}"' not in text
        assert 'id="totals"' in text
        assert 'id="strip"' in text
        assert text.count("hx-swap-oob") >= 5

    def test_under_a_filter_the_whole_grid_comes(self, client: Client, url: str, depot: Depot) -> None:
        query = {"only": str(depot.charging.pk), "state": "faulted"}
        text = client.get(url, query, headers=HTMX).content.decode()
        assert 'id="grid"' in text
        assert f'id="cp-{depot.faulted.pk}"' in text

    def test_everything_comes_when_everything_is_asked_for(
        self, client: Client, url: str, depot: Depot
    ) -> None:
        text = client.get(url, {"only": "all"}, headers=HTMX).content.decode()
        assert 'id="grid" hx-swap-oob="true"' in text
        assert f'id="cp-{depot.offline.pk}"' in text

    def test_a_search_gets_the_grid_in_its_place(self, client: Client, url: str) -> None:
        text = client.get(url, {"q": "A_"}, headers=HTMX).content.decode()
        assert 'class="stack" id="grid">' in text
