from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from sites.models import BrowserSession
from sites.types import Role
from tests.console.depot import add_site, add_user


@pytest.mark.django_db
class TestSeenMiddleware:
    @pytest.fixture
    def client(self) -> Client:
        cache.clear()
        client = Client()
        client.force_login(add_user(Role.GUEST, add_site("mine")))
        return client

    def test_a_visit_is_remembered(self, client: Client) -> None:
        client.get("/account/")
        assert BrowserSession.objects.count() == 1

    def test_following_the_live_feed_is_no_visit(self, client: Client) -> None:
        client.get("/sites/mine/?only=all", headers={"X-Live": "1", "HX-Request": "true"})
        assert not BrowserSession.objects.exists()
