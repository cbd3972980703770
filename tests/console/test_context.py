from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sites.models import User
from sites.types import Role, Theme
from tests.console.depot import Depot, add_charge_point, add_site

LogIn = Callable[..., Client]


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


class TestTheme:
    @pytest.mark.parametrize("theme", list(Theme))
    def test_chosen_once_is_the_accounts(self, log_in: LogIn, theme: Theme) -> None:
        client = log_in(Role.GUEST)
        client.post("/account/preferences/", {"theme": theme})
        assert User.objects.get().theme == theme
        assert f'data-theme="{theme}"' in text_of(client, "/legend/")

    def test_high_contrast_is_loaded_for_who_chose_it_and_left_to_the_device_otherwise(
        self, log_in: LogIn
    ) -> None:
        client = log_in(Role.GUEST)
        assert 'id="contrast" media="(prefers-contrast: more)"' in text_of(client, "/legend/")
        client.post("/account/preferences/", {"theme": "contrast"})
        assert 'id="contrast" media="all"' in text_of(client, "/legend/")

    def test_an_unknown_one_changes_nothing(self, log_in: LogIn) -> None:
        log_in(Role.GUEST).post("/account/preferences/", {"theme": "pink"})
        assert User.objects.get().theme == Theme.SYSTEM


class TestShortcuts:
    def test_are_on_until_the_account_switches_them_off(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        assert "data-no-shortcuts" not in text_of(client, "/legend/")
        client.post("/account/preferences/", {"shortcuts": "off"})
        assert "data-no-shortcuts" in text_of(client, "/legend/")
        client.post("/account/preferences/", {"shortcuts": ["off", "on"]})
        assert "data-no-shortcuts" not in text_of(client, "/legend/")

    def test_another_choice_leaves_them_alone(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        client.post("/account/preferences/", {"shortcuts": "off"})
        client.post("/account/preferences/", {"theme": "dark"})
        assert not User.objects.get().shortcuts


class TestSideBand:
    def test_comes_collapsed_from_the_server_where_the_browser_keeps_it_so(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        client.cookies["side"] = "collapsed"
        assert 'id="side-toggle" type="checkbox" checked' in text_of(client, "/legend/")


class TestBreadcrumbs:
    def test_lead_from_a_charge_point_back_to_all_sites(self, log_in: LogIn, depot: Depot) -> None:
        point = reverse("charge_point", args=[depot.site.code, depot.charging.identity])
        text = text_of(log_in(Role.GUEST), point)
        crumbs = text.split('class="crumbs__list"')[1].split("</ol>")[0]
        steps = [reverse("sites"), reverse("overview", args=[depot.site.code])]
        for href in [*steps, reverse("charge_points", args=[depot.site.code])]:
            assert f'href="{href}"' in crumbs
        assert f'aria-current="page">{depot.charging}<' in crumbs

    def test_are_not_drawn_where_the_page_is_the_site_itself(self, log_in: LogIn, depot: Depot) -> None:
        assert "crumbs__list" not in text_of(log_in(Role.GUEST), f"/sites/{depot.site.code}/")


class TestStrip:
    def test_counts_lead_to_the_filtered_overview(self, log_in: LogIn, depot: Depot) -> None:
        text = text_of(log_in(Role.GUEST), f"/sites/{depot.site.code}/charge-points/")
        assert f'href="/sites/{depot.site.code}/?state=faulted"' in text
        assert f'href="/sites/{depot.site.code}/?state=offline"' in text

    def test_without_a_site_they_lead_to_the_sites_concerned(self, log_in: LogIn) -> None:
        client = log_in(Role.ADMINISTRATOR)
        add_charge_point(add_site("calm", name_en="Calm yard"), "B_001")
        every, faulted = text_of(client, "/"), text_of(client, "/?state=faulted")
        assert 'href="/?state=faulted"' in every
        assert 'href="/sites/calm/" data-live' in every
        assert 'href="/sites/calm/" data-live' not in faulted
        assert "Only sites with charge points in this state" in faulted


class TestSiteSwitch:
    def test_has_a_search_only_where_there_are_many_sites(self, log_in: LogIn) -> None:
        client = log_in(Role.ADMINISTRATOR)
        assert "data-filters" not in text_of(client, "/legend/")
        for number in range(7):
            add_site(f"site-{number}")
        assert "data-filters" in text_of(client, "/legend/")


class TestStatus:
    def test_answers_what_is_wrong_on_one_site_only(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.ADMINISTRATOR)
        add_charge_point(add_site("other"), "B_001", online=False)
        one, every = text_of(client, f"/sites/{depot.site.code}/status/"), text_of(client, "/status/")
        assert "1 charge point offline" in one
        assert "2 charge points offline" in every
        assert 'id="strip"' in one
        assert 'hx-swap-oob="true"' in one

    def test_knows_nothing_of_a_site_that_is_not_the_viewers(self, log_in: LogIn) -> None:
        add_site("other")
        assert log_in(Role.OPERATOR).get("/sites/other/status/").status_code == 404

    def test_is_not_for_strangers(self, client: Client, depot: Depot) -> None:
        assert client.get("/status/").status_code == 302


class TestFreshPages:
    def test_no_browser_keeps_a_page(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.GUEST)
        for path in ("/", f"/sites/{depot.site.code}/", "/legend/"):
            assert "no-store" in client.get(path).headers["Cache-Control"]
