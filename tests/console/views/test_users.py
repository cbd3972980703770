from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from history.models import AuditEntry
from sites.models import User
from sites.types import Role
from tests.console.depot import Depot, add_user

LogIn = Callable[..., Client]
PASSWORD = "a quiet harbour 7"
BOB = {"username": "bob", "first_name": "Bob", "email": "", "language": "fr", "role": "operator"}


@pytest.fixture
def administrator(log_in: LogIn) -> Client:
    return log_in(Role.ADMINISTRATOR)


def link_in(page: str) -> str:
    found = re.search(r'value="http://testserver(/account/link/[^"]+)"', page)
    assert found, page
    return found[1]


def invite(client: Client, depot: Depot, **more: str) -> str:
    response = client.post(reverse("invite"), {**BOB, "sites": [str(depot.site.pk)], **more})
    assert response.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    return link_in(response.content.decode())


def own(client: Client) -> User:
    return User.objects.get(username="administrator")


class TestInvitation:
    def test_a_guest_of_the_link_chooses_a_password_and_is_in(
        self, administrator: Client, depot: Depot
    ) -> None:
        link = invite(administrator, depot)
        bob = Client()
        page = bob.get(link).content.decode()
        assert '<html lang="fr"' in page
        assert "bob" in page
        response = bob.post(link, {"password": PASSWORD, "repetition": PASSWORD})
        assert response.headers["Location"] == reverse("sites")
        assert "Dépôt" in bob.get(reverse("sites")).content.decode()
        assert Client().get(link).status_code == 410

    def test_two_different_passwords_are_refused(self, administrator: Client, depot: Depot) -> None:
        link = invite(administrator, depot)
        response = Client().post(link, {"password": PASSWORD, "repetition": PASSWORD + "!"})
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()
        assert not User.objects.get(username="bob").has_usable_password()

    def test_a_weak_password_is_refused_with_its_reason(self, administrator: Client, depot: Depot) -> None:
        link = invite(administrator, depot)
        response = Client().post(link, {"password": "12345", "repetition": "12345"})
        assert "Ce mot de passe est trop court" in response.content.decode()

    def test_a_name_that_is_taken_is_shown_at_its_field(self, administrator: Client, depot: Depot) -> None:
        invite(administrator, depot)
        page = administrator.post(reverse("invite"), BOB).content.decode()
        assert "form__error" in page
        assert User.objects.filter(username="bob").count() == 1

    def test_links_that_do_not_work_are_slowed_down(self, db: None) -> None:
        stranger = Client(headers={"accept-language": "en"})
        statuses = [stranger.get("/account/link/made-up/").status_code for _ in range(11)]
        assert statuses == [410] * 10 + [429]
        assert "Wait 2 seconds" in stranger.get("/account/link/made-up/").content.decode()


class TestList:
    def test_tells_role_sites_and_access(self, administrator: Client, depot: Depot) -> None:
        invite(administrator, depot)
        page = administrator.get(reverse("users")).content.decode()
        for text in ("Bob", "Operator", "Depot", "Link handed over", "valid until"):
            assert text in page

    def test_tells_who_was_here_last(self, administrator: Client) -> None:
        page = administrator.get(reverse("users")).content.decode()
        assert "<time" in page.split("<tbody>")[1]


class TestChange:
    def test_sets_role_sites_and_name(self, administrator: Client, depot: Depot) -> None:
        guest = add_user(Role.GUEST, depot.site)
        form = {"first_name": "Gus", "last_name": "", "email": "", "language": "fr", "role": "operator"}
        response = administrator.post(reverse("user", args=[guest.pk]), form)
        assert response.headers["Location"] == reverse("users")
        guest.refresh_from_db()
        assert (guest.role, guest.first_name, guest.language) == ("operator", "Gus", "fr")
        assert not guest.sites.exists()
        verbs = list(AuditEntry.objects.order_by("pk").values_list("verb", "user_name"))
        assert verbs == [
            ("change", "administrator"),
            ("set_role", "administrator"),
            ("set_sites", "administrator"),
        ]

    def test_nobody_demotes_themself(self, administrator: Client) -> None:
        me = own(administrator)
        form = {"first_name": "", "last_name": "", "email": "", "language": "en", "role": "guest"}
        page = administrator.post(reverse("user", args=[me.pk]), form).content.decode()
        assert "You cannot change your own role" in page
        assert own(administrator).role == Role.ADMINISTRATOR

    def test_nobody_deactivates_themself(self, administrator: Client) -> None:
        me = own(administrator)
        page = administrator.post(reverse("user_active", args=[me.pk]), {"active": "0"}, follow=True)
        assert "You cannot deactivate yourself" in page.content.decode()
        assert own(administrator).is_active

    def test_the_deactivated_are_out_at_once(self, administrator: Client, depot: Depot) -> None:
        guest = add_user(Role.GUEST, depot.site)
        client = Client()
        client.force_login(guest)
        assert client.get(reverse("sites")).status_code == 200
        administrator.post(reverse("user_active", args=[guest.pk]), {"active": "0"})
        assert client.get(reverse("sites")).status_code == 302
        administrator.post(reverse("user_active", args=[guest.pk]), {"active": "1"})
        assert User.objects.get(pk=guest.pk).is_active

    def test_a_new_link_ends_password_and_sessions(self, administrator: Client, depot: Depot) -> None:
        guest = add_user(Role.GUEST, depot.site)
        client = Client()
        client.force_login(guest)
        page = administrator.post(reverse("user_link", args=[guest.pk])).content.decode()
        assert client.get(reverse("sites")).status_code == 302
        assert not User.objects.get(pk=guest.pk).has_usable_password()
        assert Client().get(link_in(page)).status_code == 200
