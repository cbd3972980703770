"""Links by mail: invitations, links of administrators, and forgotten passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from history.models import AuditEntry
from sites.models import User
from sites.services.links import FREE_LETTERS
from sites.types import Role
from tests.console.depot import Depot, add_user
from tests.support.mailbox import Mailbox, mailbox, parts

LogIn = Callable[..., Client]
NEW = {"password": "a quiet harbour 7", "repetition": "a quiet harbour 7"}
BOB = {
    "username": "bob",
    "first_name": "Bob",
    "last_name": "",
    "email": "bob@example.org",
    "role": "operator",
}
OLD = "a long password"


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    with mailbox() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        yield found


def link_in(text: str) -> str:
    found = re.search(r"http://testserver(/account/link/\S+)", text)
    assert found, text
    return found[1]


def ask(who: str) -> int:
    return Client().post(reverse("forgotten"), {"who": who}).status_code


class TestInvitation:
    def test_is_mailed_in_the_language_of_whom_it_is_for_and_shown_as_well(
        self, box: Mailbox, log_in: LogIn, depot: Depot
    ) -> None:
        sent = {**BOB, "language": "fr", "sites": [str(depot.site.pk)]}
        page = log_in(Role.ADMINISTRATOR).post(reverse("invite"), sent).content.decode()
        assert "The link was mailed to bob@example.org." in page
        (letter,) = box.letters
        assert letter["subject"] == "Votre accès à evkit"
        text, html = parts(letter)
        assert "Bonjour Bob," in text
        assert "Bonjour Bob," in html
        link = link_in(text)
        assert f'href="http://testserver{link}"' in html
        assert link in page
        assert Client().post(link, NEW).status_code == 302
        assert User.objects.get(username="bob").check_password(NEW["password"])

    def test_that_cannot_be_mailed_is_handed_over(self, box: Mailbox, log_in: LogIn, depot: Depot) -> None:
        box.refuses = True
        page = log_in(Role.ADMINISTRATOR).post(reverse("invite"), {**BOB, "language": "en"}).content.decode()
        assert "The link could not be mailed to bob@example.org." in page
        assert link_in(page)

    def test_without_a_mail_server_nothing_is_said_of_mail(self, log_in: LogIn, depot: Depot) -> None:
        page = log_in(Role.ADMINISTRATOR).post(reverse("invite"), {**BOB, "language": "en"}).content.decode()
        assert "mailed" not in page
        assert link_in(page)

    def test_a_new_link_is_mailed_too(self, box: Mailbox, log_in: LogIn, depot: Depot) -> None:
        person = add_user(Role.OPERATOR, depot.site)
        User.objects.filter(pk=person.pk).update(email="ann@example.org")
        log_in(Role.ADMINISTRATOR).post(reverse("user_link", args=[person.pk]))
        (letter,) = box.letters
        assert letter["subject"] == "Choose a new password for evkit"
        assert "operator" in parts(letter)[0]


@pytest.fixture
def ann(depot: Depot) -> User:
    person = add_user(Role.OPERATOR, depot.site, language="fr")
    person.email = "ann@example.org"
    person.save()
    return person


class TestForgotten:
    @pytest.mark.parametrize("who", ["operator", "ANN@example.org"])
    def test_a_link_comes_and_the_old_password_is_valid_until_it_is_used(
        self, box: Mailbox, ann: User, who: str
    ) -> None:
        inside = Client()
        assert inside.login(username="operator", password=OLD)
        assert ask(who) == 200
        (letter,) = box.wait(1)
        assert letter["to"] == "ann@example.org"
        assert letter["subject"] == "Mot de passe oublié"
        link = link_in(parts(letter)[0])
        assert User.objects.get(pk=ann.pk).check_password(OLD)
        browser = Client()
        assert browser.get(link).status_code == 200
        assert browser.post(link, NEW).headers["Location"] == reverse("sites")
        assert User.objects.get(pk=ann.pk).check_password(NEW["password"])
        assert Client().get(link).status_code == 410
        verbs = AuditEntry.objects.order_by("pk").values_list("verb", flat=True)
        assert list(verbs)[-2:] == ["ask_link", "redeem_link"]

    def test_says_the_same_of_those_who_do_not_exist_and_writes_to_nobody(
        self, box: Mailbox, ann: User
    ) -> None:
        pages = []
        for who in ("nobody", "operator"):
            page = Client().post(reverse("forgotten"), {"who": who}).content.decode()
            pages.append(page[page.index("<main") : page.index("</main>")])
        assert pages[0] == pages[1]
        assert [letter["to"] for letter in box.wait(1)] == ["ann@example.org"]

    def test_those_who_may_not_log_in_get_none(self, box: Mailbox, ann: User) -> None:
        User.objects.update(is_active=False)
        assert ask("operator") == 200
        User.objects.update(is_active=True)
        ann.set_unusable_password()
        ann.save()
        assert ask("operator") == 200
        assert not AuditEntry.objects.filter(verb="ask_link").exists()

    def test_nobody_is_flooded(self, box: Mailbox, ann: User) -> None:
        assert [ask("operator") for _letter in range(FREE_LETTERS + 1)] == [200] * FREE_LETTERS + [429]
        assert len(box.wait(FREE_LETTERS)) == FREE_LETTERS

    def test_a_host_that_nobody_named_comes_into_no_letter(
        self, box: Mailbox, ann: User, settings: Any
    ) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        page = Client(headers={"host": "evil.example"}).post(reverse("forgotten"), {"who": "operator"})
        assert "Ask an administrator" in page.content.decode()
        settings.CSRF_TRUSTED_ORIGINS = ["https://evkit.example.org"]
        Client(headers={"host": "evil.example"}).post(reverse("forgotten"), {"who": "operator"})
        text, _html = parts(box.wait(1)[0])
        assert "https://evkit.example.org/account/link/" in text
        assert "evil" not in text

    def test_without_a_mail_server_it_says_whom_to_ask(self, ann: User) -> None:
        client = Client()
        assert reverse("forgotten") in client.get(reverse("login")).content.decode()
        page = client.get(reverse("forgotten")).content.decode()
        assert "Ask an administrator" in page
        assert 'name="who"' not in page
        assert not AuditEntry.objects.filter(verb="ask_link").exists()
