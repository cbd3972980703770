from __future__ import annotations

import re

import pytest
from django.test import Client

from sites.types import Role
from tests.console.depot import add_site, add_user

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
