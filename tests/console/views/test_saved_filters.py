from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sites.models import SavedFilter, User
from sites.services.saved_filters import save_filter
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]


@pytest.fixture
def url(depot: Depot) -> str:
    return reverse("connectors", args=[depot.site.code])


def save(client: Client, url: str, name: str = "Faults", **more: str) -> None:
    given = {"page": "connectors", "query": "state=faulted", "next": url, "name": name, **more}
    response = client.post(reverse("saved_filters"), given)
    assert (response.status_code, response.headers["Location"]) == (302, f"{url}?state=faulted")


class TestSavedFilters:
    @pytest.mark.parametrize("role", list(Role))
    def test_every_role_keeps_its_own(self, log_in: LogIn, url: str, role: Role) -> None:
        client = log_in(role)
        save(client, url)
        kept = SavedFilter.objects.get()
        assert (kept.user.username, kept.name, kept.query, kept.shared) == (
            role,
            "Faults",
            "state=faulted",
            False,
        )
        page = client.get(url, {"state": "faulted"}).content.decode()
        assert 'href="/sites/depot/connectors/?state=faulted" aria-current="true"' in page
        assert "is saved" in page

    def test_nobody_sees_somebody_elses(self, log_in: LogIn, url: str) -> None:
        save(log_in(Role.OPERATOR), url, "My faults")
        assert "My faults" not in log_in(Role.GUEST).get(url).content.decode()

    def test_only_an_administrator_shares(self, log_in: LogIn, url: str) -> None:
        save(log_in(Role.OPERATOR), url, "Pushed", shared="on")
        assert not SavedFilter.objects.exists()
        save(log_in(Role.ADMINISTRATOR), url, "For all", shared="on")
        assert "For all" in log_in(Role.GUEST).get(url).content.decode()

    def test_a_refusal_says_why(self, log_in: LogIn, url: str) -> None:
        client = log_in(Role.GUEST)
        save(client, url, " ")
        assert "Give the filter a name." in client.get(url).content.decode()
        assert not SavedFilter.objects.exists()

    def test_goes_nowhere_else(self, log_in: LogIn, url: str) -> None:
        given = {"page": "connectors", "query": "", "next": "https://elsewhere.example/", "name": "x"}
        assert log_in(Role.GUEST).post(reverse("saved_filters"), given).headers["Location"] == "/"

    def test_knows_no_other_lists(self, log_in: LogIn, url: str) -> None:
        response = log_in(Role.GUEST).post(reverse("saved_filters"), {"page": "users", "name": "x"})
        assert response.status_code == 404

    def test_wants_a_log_in_and_a_post(self, depot: Depot, log_in: LogIn) -> None:
        assert "/login/" in Client().post(reverse("saved_filters")).headers["Location"]
        assert log_in(Role.GUEST).get(reverse("saved_filters")).status_code == 405


class TestSavedFilter:
    @pytest.fixture
    def kept(self, log_in: LogIn, depot: Depot) -> SavedFilter:
        log_in(Role.OPERATOR)
        user = User.objects.get(username="operator")
        return save_filter(user=user, page="connectors", name="Faults", query="state=faulted")

    @pytest.fixture
    def client(self, kept: SavedFilter) -> Client:
        client = Client()
        client.force_login(kept.user)
        return client

    def test_is_renamed(self, client: Client, kept: SavedFilter, url: str) -> None:
        response = client.post(reverse("saved_filter", args=[kept.pk]), {"name": "Defects", "next": url})
        assert response.headers["Location"] == url
        kept.refresh_from_db()
        assert kept.name == "Defects"

    def test_opens_by_itself_until_that_is_taken_back(
        self, client: Client, kept: SavedFilter, url: str
    ) -> None:
        change = reverse("saved_filter", args=[kept.pk])
        client.post(change, {"name": "Faults", "opens": "on", "next": url})
        opened = client.get(url)
        assert (opened.status_code, opened.headers["Location"]) == (302, f"{url}?state=faulted")
        page = client.get(url, {"state": "faulted"}).content.decode()
        assert "“Faults” opens by itself here." in page
        assert f'href="{url}?view=all"' in page
        client.post(change, {"name": "Faults", "next": url})
        assert client.get(url).status_code == 200

    @pytest.mark.parametrize("query", [{"view": "all"}, {"state": "charging"}, {"q": ""}])
    def test_whatever_an_address_asks_for_goes_first(
        self, client: Client, kept: SavedFilter, url: str, query: dict[str, str]
    ) -> None:
        SavedFilter.objects.update(opens=True)
        answer = client.get(url, query)
        assert answer.status_code == 200
        assert "opens by itself here" not in answer.content.decode()

    def test_one_of_a_list_opens_and_for_its_owner_only(
        self, client: Client, kept: SavedFilter, url: str, log_in: LogIn
    ) -> None:
        other = save_filter(user=kept.user, page="connectors", name="Free", query="state=available")
        for each in (kept, other):
            client.post(reverse("saved_filter", args=[each.pk]), {"name": each.name, "opens": "on"})
        assert list(SavedFilter.objects.filter(opens=True)) == [other]
        SavedFilter.objects.update(shared=True)
        administrator = log_in(Role.ADMINISTRATOR)
        assert administrator.get(url).status_code == 200
        form = {"name": "Vacant", "shared": "on"}
        administrator.post(reverse("saved_filter", args=[other.pk]), form)
        other.refresh_from_db()
        assert (other.name, other.opens) == ("Vacant", True)

    def test_is_deleted(self, client: Client, kept: SavedFilter, url: str) -> None:
        client.post(reverse("saved_filter", args=[kept.pk]), {"action": "delete", "next": url})
        assert not SavedFilter.objects.exists()

    @pytest.mark.parametrize("role", [Role.GUEST, Role.ADMINISTRATOR])
    def test_somebody_elses_does_not_exist(self, log_in: LogIn, kept: SavedFilter, role: Role) -> None:
        response = log_in(role).post(reverse("saved_filter", args=[kept.pk]), {"action": "delete"})
        assert response.status_code == 404
        assert SavedFilter.objects.exists()

    def test_a_shared_one_is_not_changed_by_others(self, log_in: LogIn, kept: SavedFilter, url: str) -> None:
        SavedFilter.objects.update(shared=True)
        client = log_in(Role.GUEST)
        client.post(reverse("saved_filter", args=[kept.pk]), {"action": "delete", "next": url})
        assert SavedFilter.objects.exists()
        assert "belongs to somebody else" in client.get(url).content.decode()
        assert 'action="/saved-filters/' not in client.get(url, {"state": "faulted"}).content.decode()
