"""Two administrators at the same time: the database lets one pass, the other is told why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from charging.models import Vehicle
from charging.services.vehicles import remove_vehicle
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor
from history.models import AuditEntry
from sites.services.tokens import create_token
from sites.types import Role
from tests.console.depot import Depot
from tests.factories import IdTokenFactory, VehicleFactory
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = Actor(name="ada")
VAN = {"code": "van-9", "name": "Van 9"}


@pytest.fixture
def caller(depot: Depot) -> Client:
    """An administrator's program."""
    _token, secret = create_token(
        name="tests", role=Role.ADMINISTRATOR, sites=[], actor=BEFORE, now=utc_now()
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


class TestTheSameCode:
    def test_the_page_says_so_at_the_field(self, log_in: Callable[..., Client]) -> None:
        client, href = log_in(Role.ADMINISTRATOR), reverse("new_vehicle", args=["depot"])
        with meanwhile(lambda: client.post(href, VAN | {"name": "Second", "tags": "S2"})) as answer:
            VehicleFactory(**VAN)
        page = answer.result()
        assert page.status_code == 200
        assert page.context["form"].errors["code"] == [
            "There is already a vehicle with the code van-9. Choose another one."
        ]
        assert Vehicle.objects.get(code="van-9").name == "Van 9"
        assert not AuditEntry.objects.filter(object_type="vehicle").exists()

    def test_the_api_says_so(self, caller: Client) -> None:
        with meanwhile(
            lambda: caller.post("/api/v1/vehicles", VAN, content_type="application/json")
        ) as answer:
            VehicleFactory(**VAN)
        told = answer.result()
        error = told.json()["error"]
        assert (told.status_code, error["code"], error["field"]) == (422, "invalid_vehicle", "code")
        assert "already a vehicle with the code van-9" in error["message"]
        assert Vehicle.objects.filter(code="van-9").count() == 1


class TestTheSameBadge:
    def test_goes_to_one_vehicle(self, caller: Client) -> None:
        body = VAN | {"tags": ["NEW"]}
        with meanwhile(
            lambda: caller.post("/api/v1/vehicles", body, content_type="application/json")
        ) as answer:
            IdTokenFactory(value="NEW", vehicle=VehicleFactory(code="first", name="First"))
        told = answer.result()
        assert (told.status_code, told.json()["error"]["field"]) == (422, "tags")
        assert not Vehicle.objects.filter(code="van-9").exists()


class TestRemovedMeanwhile:
    def test_a_change_comes_too_late(self, caller: Client) -> None:
        van = VehicleFactory(**VAN)
        change = {"name": "Late"}
        with meanwhile(
            lambda: caller.patch("/api/v1/vehicles/van-9", change, content_type="application/json")
        ) as answer:
            remove_vehicle(vehicle=van, actor=BEFORE)
        assert answer.result().status_code == 404
        assert not Vehicle.objects.filter(code="van-9").exists()

    def test_it_is_removed_once(self, caller: Client) -> None:
        van = VehicleFactory(**VAN)
        with meanwhile(lambda: caller.delete("/api/v1/vehicles/van-9")) as answer:
            remove_vehicle(vehicle=van, actor=BEFORE)
        assert answer.result().status_code == 404
        assert AuditEntry.objects.filter(object_type="vehicle", verb="remove").count() == 1
