from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sites.models import User
from sites.types import Role
from tests.console.depot import Depot, add_user

LogIn = Callable[..., Client]


class TestLogIn:
    def test_leads_to_the_sites(self, depot: Depot) -> None:
        add_user(Role.OPERATOR, depot.site)
        form = {"username": "operator", "password": "a long password"}
        response = Client().post(reverse("login"), form)
        assert response.headers["Location"] == reverse("sites")

    def test_a_wrong_password_is_told_without_a_hint(self, depot: Depot) -> None:
        add_user(Role.OPERATOR, depot.site)
        response = Client().post(reverse("login"), {"username": "operator", "password": "wrong"})
        assert response.status_code == 200
        assert 'role="alert"' in response.content.decode()

    def test_does_not_lead_to_another_host(self, depot: Depot) -> None:
        add_user(Role.OPERATOR, depot.site)
        form = {"username": "operator", "password": "a long password", "next": "https://example.org/"}
        assert Client().post(reverse("login"), form).headers["Location"] == reverse("sites")

    @pytest.mark.parametrize(("browser", "shown"), [("fr-FR", "Se connecter"), ("de", "Log in")])
    def test_speaks_the_language_of_the_browser(self, db: None, browser: str, shown: str) -> None:
        page = Client().get(reverse("login"), headers={"Accept-Language": browser})
        assert shown in page.content.decode()


class TestPreferences:
    def test_language_and_theme_are_kept_with_the_user(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        client.post(reverse("preferences"), {"language": "fr", "theme": "dark"})
        user = User.objects.get()
        assert (user.language, user.theme) == ("fr", "dark")
        page = client.get(reverse("sites")).content.decode()
        assert '<html lang="fr" data-theme="dark"' in page

    def test_a_stranger_keeps_them_in_the_browser(self, db: None) -> None:
        client = Client()
        client.post(reverse("preferences"), {"language": "fr", "theme": "light"})
        page = client.get(reverse("login")).content.decode()
        assert '<html lang="fr" data-theme="light"' in page

    def test_an_unknown_choice_changes_nothing(self, log_in: LogIn) -> None:
        log_in(Role.GUEST).post(reverse("preferences"), {"language": "xx", "theme": "pink"})
        user = User.objects.get()
        assert (user.language, user.theme) == ("en", "system")

    @pytest.mark.parametrize(
        ("asked", "reached"), [("/legend/", "/legend/"), ("https://example.org/", "/"), ("", "/")]
    )
    def test_goes_back_only_within_this_host(self, db: None, asked: str, reached: str) -> None:
        response = Client().post(reverse("preferences"), {"theme": "dark", "next": asked})
        assert response.headers["Location"] == reached

    def test_a_link_cannot_change_them(self, log_in: LogIn) -> None:
        assert log_in(Role.GUEST).get(reverse("preferences"), {"theme": "dark"}).status_code == 405


class TestErrors:
    def test_what_is_missing_is_explained_in_the_users_language(self, log_in: LogIn) -> None:
        response = log_in(Role.GUEST, language="fr").get("/sites/nowhere/")
        assert response.status_code == 404
        assert "Il n’y a rien ici" in response.content.decode()
