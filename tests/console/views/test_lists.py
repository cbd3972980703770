from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from chargers.models import ChargePointState, Evse, EvseState
from sites.models import Feeder, ScheduleGroup
from sites.types import Role
from tests.console.depot import NOW, Depot, add_charge_point, add_connector, add_site

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.GUEST)


@pytest.fixture
def points_url(depot: Depot) -> str:
    return reverse("charge_points", args=[depot.site.code])


@pytest.fixture
def connectors_url(depot: Depot) -> str:
    return reverse("connectors", args=[depot.site.code])


def names(client: Client, url: str, query: str = "") -> list[str]:
    """Return the identities (of connectors with their numbers) in the order of the page."""
    table = client.get(url + query).context["table"]
    column = "identity" if "identity" in table.base_columns else "connector"
    return [
        getattr(table, f"value_{column}", lambda r: r.identity)(row.record) for row in table.paginated_rows
    ]


class TestChargePoints:
    def test_lists_those_of_the_site_in_page_order(self, client: Client, points_url: str) -> None:
        add_charge_point(add_site("other"), "B_001")
        assert names(client, points_url) == ["A_001", "A_002", "A_003"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?state=faulted", ["A_002"]),
            ("?state=free", []),
            ("?state=nonsense", ["A_001", "A_002", "A_003"]),
            ("?zone=Yard", ["A_003"]),
            ("?zone=Nowhere", []),
            ("?link=offline", ["A_003"]),
            ("?link=online", ["A_001", "A_002"]),
            ("?make=DC+50", ["A_001", "A_002", "A_003"]),
            ("?firmware=9", []),
            ("?q=hall+001", ["A_001"]),
            ("?q=bus+212", ["A_001"]),
            ("?q=BUS212", ["A_001"]),
            ("?q=A_00&state=offline", ["A_003"]),
        ],
    )
    def test_filters(self, client: Client, points_url: str, query: str, found: list[str]) -> None:
        assert names(client, points_url, query) == found

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ("state", ["A_002", "A_001", "A_003"]),
            ("-state", ["A_003", "A_001", "A_002"]),
            ("-power", ["A_001", "A_002", "A_003"]),
            ("-identity", ["A_003", "A_002", "A_001"]),
            ("nonsense", ["A_001", "A_002", "A_003"]),
        ],
    )
    def test_sorts(self, client: Client, points_url: str, sort: str, order: list[str]) -> None:
        assert names(client, points_url, f"?sort={sort}") == order

    def test_what_is_not_known_comes_last_either_way(
        self, client: Client, points_url: str, depot: Depot
    ) -> None:
        ChargePointState.objects.filter(charge_point=depot.charging).update(last_seen_at=None)
        ChargePointState.objects.filter(charge_point=depot.faulted).update(
            last_seen_at=NOW + timedelta(hours=1)
        )
        assert names(client, points_url, "?sort=seen") == ["A_003", "A_002", "A_001"]
        assert names(client, points_url, "?sort=-seen") == ["A_002", "A_003", "A_001"]

    def test_chips_count_what_they_would_show(self, client: Client, points_url: str) -> None:
        chips = client.get(points_url, {"zone": "Hall A"}).context["filters"].chips
        counts = {chip.option.value: chip.count for chip in chips}
        assert (counts[""], counts["charging"], counts["faulted"], counts["offline"]) == (2, 1, 1, 0)

    def test_says_what_is_wrong_in_the_viewers_language(self, log_in: LogIn, points_url: str) -> None:
        page = log_in(Role.OPERATOR, language="fr").get(points_url).content.decode()
        assert "Défaut de terre" in page
        assert "38,4" in page

    def test_shows_the_columns_that_were_chosen(self, client: Client, points_url: str) -> None:
        page = client.get(points_url, {"columns": ["protocol", "zone"]})
        assert [str(head.label) for head in page.context["table"].heads] == [
            "Charge point",
            "Zone",
            "Protocol",
        ]
        assert "OCPP 1.6" in page.content.decode()

    def test_choosing_columns_keeps_the_filter(self, client: Client, points_url: str) -> None:
        page = client.get(points_url, {"zone": "Yard", "columns": "zone", "per": "25"}).content.decode()
        assert (
            '<input type="hidden" name="zone" value="Yard"><input type="hidden" name="per" value="25">'
            in page
        )
        assert "Usual columns" in page

    def test_has_no_column_without_any_data(self, client: Client, points_url: str, depot: Depot) -> None:
        labels = [head.label for head in client.get(points_url).context["table"].heads]
        assert not {"Feeder", "Firmware"} & set(labels)
        depot.charging.feeder = Feeder.objects.create(site=depot.site, code="f1")
        depot.charging.save()
        assert "Feeder" in [head.label for head in client.get(points_url).context["table"].heads]

    def test_pages_are_cut_and_keep_the_filter(self, client: Client, points_url: str, depot: Depot) -> None:
        for number in range(30):
            add_charge_point(depot.site, f"X_{number:02}")
        page = client.get(points_url, {"per": "25", "q": "X_", "page": "2"})
        assert len(page.context["table"].paginated_rows) == 5
        assert 'rel="prev"' in page.content.decode()
        assert "?q=X_&amp;per=25&amp;page=1" in page.content.decode()
        assert names(client, points_url, "?per=25&page=99")[-1] == "X_29"

    def test_takes_the_same_queries_for_many(
        self,
        client: Client,
        points_url: str,
        depot: Depot,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for number in range(60):
            add_connector(add_charge_point(depot.site, f"X_{number}"), 1)
        with django_assert_max_num_queries(20):
            client.get(points_url)

    def test_an_empty_site_says_what_to_do_next(self, log_in: LogIn) -> None:
        add_site("empty")
        page = log_in(Role.ADMINISTRATOR).get(reverse("charge_points", args=["empty"])).content.decode()
        assert "This site has no charge points yet" in page
        assert reverse("admin:chargers_chargepoint_add") in page

    def test_an_empty_result_offers_everything(self, client: Client, points_url: str) -> None:
        page = client.get(points_url, {"q": "zzz"}).content.decode()
        assert "Nothing matches this filter" in page
        assert "Show all" in page

    def test_another_sites_list_does_not_exist(self, client: Client) -> None:
        add_site("other")
        assert client.get(reverse("charge_points", args=["other"])).status_code == 404


class TestConnectors:
    def test_lists_every_connector(self, client: Client, connectors_url: str) -> None:
        assert names(client, connectors_url) == ["A_001/1", "A_001/2", "A_002/1", "A_003/1"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?state=charging", ["A_001/1"]),
            ("?state=free", ["A_001/2"]),
            ("?state=offline", ["A_003/1"]),
            ("?q=212", ["A_001/1"]),
            ("?zone=Yard", ["A_003/1"]),
            ("?current=AC", []),
            ("?group=x", ["A_001/1", "A_001/2", "A_002/1", "A_003/1"]),
        ],
    )
    def test_filters(self, client: Client, connectors_url: str, query: str, found: list[str]) -> None:
        assert names(client, connectors_url, query) == found

    def test_shows_vehicle_charge_power_and_limit(self, client: Client, connectors_url: str) -> None:
        line = next(iter(client.get(connectors_url).context["table"].lines))
        text = dict(re.findall(r'<td[^>]* data-label="([^"]*)">(.*?)</td>', line.cells, re.DOTALL))
        assert ">Bus 212</a>" in text["Vehicle or badge"]
        assert "38.4" in text["Power (kW)"]
        assert (text["Limit (kW)"], text["Energy (kWh)"]) == ("40.0", "24.8")
        assert "64" in text["SoC"]

    def test_groups_are_a_column_and_a_filter_where_there_are_any(
        self, client: Client, connectors_url: str, depot: Depot
    ) -> None:
        assert "Schedule groups" not in client.get(connectors_url).content.decode()
        group = ScheduleGroup.objects.create(site=depot.site, number=3, name="Night")
        Evse.objects.get(charge_point=depot.faulted).groups.add(group)
        assert "3 Night" in client.get(connectors_url).content.decode()
        assert names(client, connectors_url, "?group=3") == ["A_002/1"]

    def test_takes_the_same_queries_for_many(
        self,
        client: Client,
        connectors_url: str,
        depot: Depot,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for number in range(60):
            add_connector(add_charge_point(depot.site, f"X_{number}"), 1)
        with django_assert_max_num_queries(20):
            client.get(connectors_url)


class TestFragments:
    def test_a_filter_gets_the_list_and_its_address(self, client: Client, points_url: str) -> None:
        response = client.get(points_url, {"q": "A_001", "zone": "", "page": "1"}, headers=HTMX)
        assert response.headers["HX-Push-Url"] == f"{points_url}?q=A_001&page=1"
        text = response.content.decode()
        assert "<html" not in text
        assert 'id="list">' in text

    def test_a_change_gets_only_its_rows(self, client: Client, connectors_url: str, depot: Depot) -> None:
        text = client.get(connectors_url, {"only": str(depot.charging.pk)}, headers=HTMX).content.decode()
        first, second = Evse.objects.filter(charge_point=depot.charging).order_by("number")
        other = Evse.objects.get(charge_point=depot.faulted)
        assert f'<template><tr id="row-{first.pk}"' in text
        assert f'id="row-{second.pk}"' in text
        assert f'id="row-{other.pk}"' not in text
        assert 'id="list-chips"' in text
        assert 'id="list"' not in text

    def test_a_change_on_another_page_is_not_sent(
        self, client: Client, points_url: str, depot: Depot
    ) -> None:
        for number in range(30):
            add_charge_point(depot.site, f"X_{number:02}")
        query = {"only": str(depot.charging.pk), "per": "25"}
        assert f"row-{depot.charging.pk}" in client.get(points_url, query, headers=HTMX).content.decode()
        query["page"] = "2"
        assert f"row-{depot.charging.pk}" not in client.get(points_url, query, headers=HTMX).content.decode()

    def test_where_the_order_lives_every_changed_row_is_sent(
        self, client: Client, points_url: str, depot: Depot
    ) -> None:
        for number in range(30):
            add_charge_point(depot.site, f"X_{number:02}")
        query = {"only": str(depot.charging.pk), "per": "25", "page": "2", "sort": "-power"}
        assert f"row-{depot.charging.pk}" in client.get(points_url, query, headers=HTMX).content.decode()

    def test_under_a_filter_the_whole_list_comes(self, client: Client, points_url: str, depot: Depot) -> None:
        query = {"only": str(depot.charging.pk), "state": "charging"}
        text = client.get(points_url, query, headers=HTMX).content.decode()
        assert 'id="list" hx-swap-oob="true"' in text


class TestExport:
    def test_holds_every_row_that_passes_in_plain_values(self, client: Client, connectors_url: str) -> None:
        EvseState.objects.filter(evse__charge_point__identity="A_002").update(info="=HYPERLINK()")
        response = client.get(
            connectors_url, {"format": "csv", "zone": "Hall A", "columns": "state,power,limit"}
        )
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert text.splitlines() == [
            "\ufeffConnector,State,Power (kW),Limit (kW)",
            "A_001/1,Charging,38.4,40",
            "A_001/2,Free,0,",
            "A_002/1,Faulted: Earth fault (=HYPERLINK()),0,",
        ]

    def test_speaks_the_viewers_language(self, log_in: LogIn, points_url: str) -> None:
        response = log_in(Role.OPERATOR, language="fr").get(points_url, {"format": "csv", "columns": "power"})
        text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert text.splitlines()[1] == "A_001;38,4"
