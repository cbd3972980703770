from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from history.models import AuditEntry
from sites.forms import wait_text
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


class TestPassword:
    FORM = {
        "old_password": "a long password",
        "new_password1": "a quiet harbour 7",
        "new_password2": "a quiet harbour 7",
    }

    def test_a_new_one_keeps_this_session_and_ends_the_others(self, log_in: LogIn) -> None:
        client, other = log_in(Role.GUEST), Client()
        other.force_login(User.objects.get())
        assert other.get(reverse("sites")).status_code == 200
        assert client.post(reverse("password_change"), self.FORM).status_code == 302
        assert client.get(reverse("sites")).status_code == 200
        assert other.get(reverse("sites")).status_code == 302
        assert User.objects.get().check_password("a quiet harbour 7")
        assert AuditEntry.objects.get().verb == "set_password"

    def test_a_weak_one_is_refused(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        form = {**self.FORM, "new_password1": "short", "new_password2": "short"}
        assert "form__error" in client.post(reverse("password_change"), form).content.decode()
        assert User.objects.get().check_password("a long password")


class TestSessions:
    def test_the_others_are_listed_and_ended(self, log_in: LogIn) -> None:
        client = log_in(Role.GUEST)
        other = Client(headers={"user-agent": "Mozilla/5.0 (Android 15; Mobile) Firefox/140.0"})
        other.force_login(User.objects.get())
        other.get(reverse("sites"))
        page = client.get(reverse("account")).content.decode()
        assert "This browser" in page
        assert "Firefox · Android" in page
        handle = re.search(r'name="session" value="([0-9a-f]{16})"', page)
        assert handle
        client.post(reverse("end_session"), {"session": handle[1]})
        assert other.get(reverse("sites")).status_code == 302
        assert client.get(reverse("sites")).status_code == 200

    def test_all_others_end_at_once(self, log_in: LogIn) -> None:
        client, other = log_in(Role.GUEST), Client()
        other.force_login(User.objects.get())
        client.post(reverse("end_session"))
        assert other.get(reverse("sites")).status_code == 302
        assert client.get(reverse("sites")).status_code == 200


class TestDetails:
    def test_name_and_address_are_kept(self, log_in: LogIn) -> None:
        form = {"first_name": "Ann", "last_name": "Arbor", "email": "ann@example.org"}
        client = log_in(Role.GUEST)
        assert client.post(reverse("account"), form).headers["Location"] == reverse("account")
        user = User.objects.get()
        assert (user.get_full_name(), user.email, user.role) == ("Ann Arbor", "ann@example.org", "guest")

    def test_a_wrong_address_is_refused(self, log_in: LogIn) -> None:
        page = log_in(Role.GUEST).post(reverse("account"), {"email": "ann"}).content.decode()
        assert "form__error" in page
        assert User.objects.get().email == ""


class TestThrottle:
    def test_tells_in_the_language_of_the_browser_when_to_try_again(self, depot: Depot) -> None:
        add_user(Role.OPERATOR, depot.site)
        client = Client(headers={"accept-language": "fr"})
        form = {"username": "operator", "password": "wrong"}
        for _ in range(5):
            client.post(reverse("login"), form)
        answer = client.post(reverse("login"), {**form, "password": "a long password"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
        assert "Trop d’essais manqués. Attendez 2 secondes, puis réessayez." in answer.content.decode()

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(1, "Wait 1 second,"), (120, "Wait 120 seconds,"), (121, "Wait 3 minutes,"), (900, "Wait 15 min")],
    )
    def test_long_waits_are_told_in_minutes(self, seconds: int, text: str) -> None:
        assert text in wait_text(seconds)
