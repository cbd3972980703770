from __future__ import annotations

import pytest
from django.urls import reverse

from charging.models import IdToken, OrphanStop, Transaction, Vehicle
from sites.models import User
from sites.types import Role
from tests.charging.ocpp.desk import NOW
from tests.factories import ChargePointFactory, IdTokenFactory, TransactionFactory, VehicleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = User.objects.create_user(
        "ada", password="secret", role=Role.ADMINISTRATOR, is_staff=True, is_superuser=True
    )
    client.force_login(user)
    return client


def tag_form(**changes):
    return {"value": "b4a63cdf2212", "parent": "", "vehicle": "", "expires_at_0": "", "expires_at_1": ""} | (
        changes
    )


class TestIdTokens:
    def test_the_key_follows_the_value(self, administrator):
        administrator.post(reverse("admin:charging_idtoken_add"), tag_form())
        row = IdToken.objects.get()
        assert (row.value, row.key) == ("b4a63cdf2212", "B4A63CDF2212")
        administrator.post(reverse("admin:charging_idtoken_change", args=[row.pk]), tag_form(value=" other "))
        row.refresh_from_db()
        assert (row.value, row.key) == ("other", "OTHER")

    def test_a_tag_that_differs_by_case_only_is_refused(self, administrator):
        IdTokenFactory(value="B4A63CDF2212")
        response = administrator.post(reverse("admin:charging_idtoken_add"), tag_form())
        assert response.status_code == 200
        assert "exists already" in response.content.decode()
        assert IdToken.objects.count() == 1

    def test_a_tag_is_not_its_own_parent(self, administrator):
        row = IdTokenFactory()
        url = reverse("admin:charging_idtoken_change", args=[row.pk])
        response = administrator.post(url, tag_form(value=row.value, parent=row.pk))
        assert "cannot be its own parent" in response.content.decode()

    def test_they_are_found_by_vehicle(self, administrator):
        IdTokenFactory(value="MINE", vehicle=VehicleFactory(code="bus-212"))
        IdTokenFactory(value="OTHER")
        page = administrator.get(reverse("admin:charging_idtoken_changelist"), {"q": "bus-212"})
        assert [row.value for row in page.context["cl"].result_list] == ["MINE"]


class TestVehicles:
    def form(self, *tags):
        rows = {
            f"id_tokens-{n}-{name}": value
            for n, tag in enumerate(tags)
            for name, value in {"value": tag, "expires_at_0": "", "expires_at_1": ""}.items()
        }
        return {
            "code": "bus-1",
            "name": "Bus 1",
            "battery_wh": "350000",
            "priority": "0",
            "id_tokens-TOTAL_FORMS": str(len(tags)),
            "id_tokens-INITIAL_FORMS": "0",
        } | rows

    def test_a_vehicle_is_added_with_its_tags(self, administrator):
        administrator.post(reverse("admin:charging_vehicle_add"), self.form("aa", "bb"))
        vehicle = Vehicle.objects.get()
        assert list(vehicle.id_tokens.values_list("key", flat=True)) == ["AA", "BB"]

    def test_the_same_tag_twice_is_refused(self, administrator):
        response = administrator.post(reverse("admin:charging_vehicle_add"), self.form("aa", "AA"))
        assert response.status_code == 200
        assert IdToken.objects.count() == 0


class TestFacts:
    @pytest.mark.parametrize("name", ["transaction", "orphanstop"])
    def test_they_can_be_looked_at_but_not_changed(self, administrator, name):
        transaction = TransactionFactory()
        orphan = OrphanStop.objects.create(
            charge_point=ChargePointFactory(), digest="x", stopped_at=NOW, received_at=NOW, payload={}
        )
        pk = transaction.pk if name == "transaction" else orphan.pk
        assert administrator.get(reverse(f"admin:charging_{name}_changelist")).status_code == 200
        assert administrator.get(reverse(f"admin:charging_{name}_change", args=[pk])).status_code == 200
        assert administrator.get(reverse(f"admin:charging_{name}_add")).status_code == 403
        url = reverse(f"admin:charging_{name}_delete", args=[pk])
        assert administrator.post(url, {"post": "yes"}).status_code == 403
        assert Transaction.objects.count() == OrphanStop.objects.count() == 1

    def test_transactions_are_found_by_tag_and_vehicle(self, administrator):
        row = TransactionFactory(id_token=IdTokenFactory(vehicle=VehicleFactory(code="bus-212")))
        TransactionFactory()
        for text in ("bus-212", row.id_tag):
            page = administrator.get(reverse("admin:charging_transaction_changelist"), {"q": text})
            assert list(page.context["cl"].result_list) == [row]
