"""What is told of badges: the same on the pages and by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import IdToken
from evkit.core.clock import utc_now
from sites.services.tokens import create_token
from sites.types import Role
from tests.console.depot import Depot, add_depot, add_user

USED, UNUSED = "BUS212", "NEVERUSED"


@pytest.fixture
def depot(db: None) -> Depot:
    """A depot whose bus has a badge that it never used beside the one with which it charges."""
    depot = add_depot()
    IdToken.objects.create(value=UNUSED, key=UNUSED, vehicle=depot.transaction.vehicle)
    return depot


def page_of(role: Role, depot: Depot, name: str, *args: object) -> str:
    client = Client()
    client.force_login(add_user(role, depot.site))
    return client.get(reverse(name, args=["depot", *args])).content.decode()


def told_to(role: Role, depot: Depot, path: str) -> Any:
    _token, secret = create_token(name=role.value, role=role, sites=[depot.site], now=utc_now())
    return Client(headers={"authorization": f"Bearer {secret}"}).get(f"/api/v1/{path}").json()


@pytest.mark.parametrize("role", list(Role))
class TestBadges:
    def test_one_that_was_used_is_told_to_all_who_see_the_charge(self, depot: Depot, role: Role) -> None:
        number = depot.transaction.number
        assert USED in page_of(role, depot, "transaction", number)
        assert told_to(role, depot, f"transactions/{number}")["id_tag"] == USED

    @pytest.mark.parametrize("args", [(), ("bus-212",)], ids=["all vehicles", "one vehicle"])
    def test_those_of_a_vehicle_are_told_to_who_may_command(
        self, depot: Depot, role: Role, args: tuple[str, ...]
    ) -> None:
        page = page_of(role, depot, "vehicle" if args else "vehicles", *args)
        answer = told_to(role, depot, "/".join(["vehicles", *args]))
        vehicle = answer if args else answer["items"][0]
        if role is Role.GUEST:
            assert UNUSED not in page
            assert vehicle["tags"] is None
        else:
            assert UNUSED in page
            assert vehicle["tags"] == [USED, UNUSED]
