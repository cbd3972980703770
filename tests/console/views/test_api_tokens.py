from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sites.models import ApiToken
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]


@pytest.fixture
def administrator(log_in: LogIn) -> Client:
    return log_in(Role.ADMINISTRATOR)


def create(client: Client, **more: str) -> str:
    form = {"name": "dashboard", "role": "guest", "expires": "", **more}
    page = client.post(reverse("new_api_token"), form).content.decode()
    found = re.search(r'value="(evkit_[^"]+)"', page)
    return found[1] if found else ""


def status(secret: str) -> int:
    return Client(headers={"authorization": f"Bearer {secret}"}).get("/api/v1/sites").status_code


class TestTokens:
    def test_one_is_shown_once_works_and_is_revoked(self, administrator: Client, depot: Depot) -> None:
        secret = create(administrator, sites=str(depot.site.pk))
        assert status(secret) == 200
        page = administrator.get(reverse("api_tokens")).content.decode()
        assert "dashboard" in page
        assert secret not in page
        token = ApiToken.objects.get()
        assert (token.all_sites, list(token.sites.all())) == (False, [depot.site])
        administrator.post(reverse("revoke_api_token", args=[token.pk]))
        assert status(secret) == 401

    def test_it_ends_with_its_last_day(self, administrator: Client) -> None:
        secret = create(administrator, expires="2099-12-31")
        assert status(secret) == 200
        ApiToken.objects.update(expires_at="2020-01-01T00:00:00Z")
        assert status(secret) == 401
        assert "is-off" in administrator.get(reverse("api_tokens")).content.decode()

    def test_a_day_in_the_past_is_refused(self, administrator: Client) -> None:
        assert create(administrator, expires="2020-01-01") == ""
        assert not ApiToken.objects.exists()
