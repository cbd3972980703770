from __future__ import annotations

import re

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from evkit.console.live.answers import SHARED
from sites.types import Role
from tests.console.depot import add_charge_point, add_connector, add_site, add_user

pytestmark = pytest.mark.django_db


def fragments(role: Role) -> str:
    client = Client()
    site = add_site(f"site-of-{role}")
    client.force_login(add_user(role, site))
    answer = client.get(f"/sites/{site.code}/?only=all", headers={"HX-Request": "true", "X-Live": "1"})
    assert answer.status_code == 200
    return answer.content.decode()


class TestSharedHtml:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OPERATOR, Role.GUEST])
    def test_knows_nothing_of_who_asks(self, role: Role) -> None:
        summary, _mark, _grid = fragments(role).partition('id="grid"')
        assert 'id="totals"' in summary
        assert "csrf" not in summary
        assert not re.search(r'href="/admin/|<form', summary)


class TestShare:
    @pytest.mark.parametrize("query", ["only=all", "only=1", "only=all&q=bus"])
    def test_what_an_empty_site_offers_an_administrator_is_for_them_alone(self, query: str) -> None:
        site = add_site("empty")
        client = AsyncClient()
        client.force_login(add_user(Role.ADMINISTRATOR, site))
        assert shared_site(client, f"/sites/empty/?{query}") == 0

    def test_cards_are_for_everybody(self) -> None:
        site = add_site("full")
        add_connector(add_charge_point(site, "CP_1"), 1)
        client = AsyncClient()
        client.force_login(add_user(Role.ADMINISTRATOR, site))
        assert shared_site(client, "/sites/full/?only=all") == site.pk
        assert shared_site(client, "/sites/full/") == 0


def shared_site(client: AsyncClient, path: str) -> int:
    """Return the site whose other viewers get the answer too, 0 for nobody."""
    answer = async_to_sync(client.get)(path, headers={"HX-Request": "true", "X-Live": "1"})
    assert answer.status_code == 200
    shared: int = answer.asgi_request.scope.get(SHARED, 0)
    return shared
