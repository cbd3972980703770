"""Every address of Django's administration, for every role and for strangers."""

from __future__ import annotations

import re

from django.urls import reverse

from sites.models import User
from tests.console.roles.urls import Address, walk
from tests.console.roles.world import ADMINISTRATOR, EVERYBODY, World, browser, fingerprint

OPEN = {"login", "logout", "jsi18n"}
"""Addresses that show nothing and change nothing."""


def urls() -> list[str]:
    """Return every address, with something in the place of each argument."""
    return [url_of(address) for address in walk("admin") if address.name not in OPEN]


def url_of(address: Address) -> str:
    if address.name == "app_list":
        return "/admin/evsites/"
    plain = re.sub(r"<(\w+:)?\w+>", "1", address.route)
    return "/" + plain.replace("(?P1.*)$", "nothing")


class TestAdministration:
    def test_is_closed_to_everybody_else(self, world: World, people: dict[str, User]) -> None:
        before, doors = fingerprint(), (reverse("admin:login"), reverse("login"))
        for who in EVERYBODY:
            if who is ADMINISTRATOR:
                continue
            client = browser(who, people)
            for url in urls():
                for response in (client.get(url), client.post(url, {"name": "x", "username": "x"})):
                    about = f"{url} as {who.name}: {response.status_code}"
                    assert response.status_code == 302, about
                    assert response.headers["Location"].startswith(doors), about
            assert fingerprint() == before, who.name

    def test_never_fails_for_administrators(self, world: World, people: dict[str, User]) -> None:
        client, before = browser(ADMINISTRATOR, people), fingerprint()
        for url in urls():
            assert client.get(url).status_code in {200, 302, 400, 403, 404, 405}, url
        assert fingerprint() == before

    def test_covers_what_is_there(self) -> None:
        assert len(urls()) > 50
        assert not [url for url in urls() if "<" in url or "(" in url]
