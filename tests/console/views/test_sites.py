from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sites.types import Role
from tests.console.depot import Depot, add_charge_point, add_connector, add_site

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(log_in: LogIn, depot: Depot) -> Client:
    """An administrator of four sites: the depot has a fault, the harbour the most power."""
    harbour = add_site("harbour", name_en="Harbour", name_fr="Port")
    add_connector(add_charge_point(harbour, "H_1"), 1, "Charging", power_w=90_000)
    add_site("airport", name_en="Airport", name_fr="Aéroport")
    add_site("zoo", name_en="Zoo", name_fr="Zoo")
    return log_in(Role.ADMINISTRATOR)


def codes(client: Client, **query: str) -> list[str]:
    return [item.site.code for item in client.get("/", query).context["summaries"]]


class TestSites:
    def test_are_ordered_by_name_unless_chosen_otherwise(self, client: Client) -> None:
        assert codes(client) == ["airport", "depot", "harbour", "zoo"]
        assert codes(client, sort="nonsense") == codes(client, sort="name") == codes(client)

    def test_faults_or_power_come_first(self, client: Client) -> None:
        assert codes(client, sort="trouble") == ["depot", "airport", "harbour", "zoo"]
        assert codes(client, sort="power") == ["harbour", "depot", "airport", "zoo"]

    def test_are_found_by_name_or_code(self, client: Client) -> None:
        assert codes(client, q="HARB") == ["harbour"]
        assert "No site is named like this" in client.get("/", {"q": "zzz"}).content.decode()

    def test_a_few_sites_need_no_search(self, log_in: LogIn, client: Client, depot: Depot) -> None:
        assert 'type="search" name="q" value=""' in client.get("/").content.decode()
        assert log_in(Role.GUEST).get("/").context["many"] is False

    def test_a_new_site_comes_with_the_live_grid(self, client: Client) -> None:
        text = client.get("/", {"only": "all"}, headers=HTMX).content.decode()
        assert 'id="sites" hx-swap-oob="true"' in text
        changed = client.get("/", {"only": "1"}, headers=HTMX).content.decode()
        assert 'id="sites"' not in changed
        assert 'hx-swap-oob="true"' in changed


class TestLegend:
    def test_says_every_state_in_words(self, log_in: LogIn) -> None:
        page = log_in(Role.GUEST).get("/legend/").content.decode()
        for word in (
            "Suspended by the vehicle",
            "Faulted",
            "Offline",
            "Meter",
            "Limit",
            "Vehicle",
            "Old values",
        ):
            assert word in page
