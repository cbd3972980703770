from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from chargers.models import Command, DesiredKey
from charging.models import Pause
from sites.types import Role
from tests.console.depot import Depot

LogIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in(Role.OPERATOR)


def url(depot: Depot, slug: str, identity: str = "A_001") -> str:
    return reverse("command", args=[depot.site.code, identity, slug])


class TestForm:
    def test_a_reset_names_the_transaction_that_will_end(self, client: Client, depot: Depot) -> None:
        page = client.get(url(depot, "reset")).content.decode()
        number = depot.transaction.number
        assert f"Reset A_001: its running transaction {number} (Bus 212) will end." in page

    def test_nothing_can_be_stopped_where_nothing_runs(self, client: Client, depot: Depot) -> None:
        page = client.get(url(depot, "stop", "A_002")).content.decode()
        assert "No charge is running on this charge point." in page
        assert "Stop the charge" not in page

    def test_a_start_offers_a_free_connector_and_names_badges_by_vehicle(
        self, client: Client, depot: Depot
    ) -> None:
        form = client.get(url(depot, "start")).context["form"]
        assert form["connector"].initial == "2"
        assert form.fields["tag"].choices == [("BUS212", "Bus 212 · BUS212")]

    def test_a_fragment_has_no_frame(self, client: Client, depot: Depot) -> None:
        assert "<html" not in client.get(url(depot, "reset"), headers=HTMX).content.decode()

    def test_an_unknown_command_does_not_exist(self, client: Client, depot: Depot) -> None:
        assert client.get(url(depot, "explode")).status_code == 404


class TestQueue:
    @pytest.mark.parametrize(
        ("slug", "fields", "payload"),
        [
            ("start", {"connector": "2", "tag": "BUS212"}, {"connectorId": 2, "idTag": "BUS212"}),
            ("reset", {"kind": "Hard"}, {"type": "Hard"}),
            (
                "availability",
                {"connector": "0", "kind": "Operative"},
                {"connectorId": 0, "type": "Operative"},
            ),
            (
                "trigger",
                {"message": "MeterValues", "connector": "1"},
                {"requestedMessage": "MeterValues", "connectorId": 1},
            ),
            ("read-configuration", {"keys": "A, B"}, {"key": ["A", "B"]}),
            ("clear-limits", {"connector": ""}, {}),
            (
                "schedule",
                {"connector": "0", "hours": "2", "unit": "A"},
                {"connectorId": 0, "duration": 7200, "chargingRateUnit": "A"},
            ),
        ],
    )
    def test_sends_what_the_form_says(
        self, client: Client, depot: Depot, slug: str, fields: dict[str, str], payload: dict[str, object]
    ) -> None:
        client.post(url(depot, slug), fields)
        assert Command.objects.get().payload == payload

    def test_a_limit_in_kilowatts_becomes_a_profile_of_the_running_transaction(
        self, client: Client, depot: Depot
    ) -> None:
        client.post(url(depot, "limit"), {"connector": "1", "value": "12.5", "unit": "kW"})
        profile = Command.objects.get().payload["csChargingProfiles"]
        assert profile["chargingProfilePurpose"] == "TxProfile"
        assert profile["transactionId"] == depot.transaction.number
        schedule = profile["chargingSchedule"]
        assert schedule["chargingRateUnit"] == "W"
        assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 12500.0}]

    def test_a_limit_without_transaction_holds_for_the_next_one(self, client: Client, depot: Depot) -> None:
        client.post(url(depot, "limit"), {"connector": "2", "value": "16", "unit": "A"})
        profile = Command.objects.get().payload["csChargingProfiles"]
        assert profile["chargingProfilePurpose"] == "TxDefaultProfile"
        assert "transactionId" not in profile
        assert profile["chargingSchedule"]["chargingRateUnit"] == "A"

    def test_a_dialog_is_told_to_close(self, client: Client, depot: Depot) -> None:
        response = client.post(url(depot, "reset"), {"kind": "Soft"}, headers=HTMX)
        assert response.status_code == 204
        event = json.loads(response.headers["HX-Trigger"])["command-queued"]
        assert event == {"text": "Reset the charge point: sent to A_001."}

    def test_a_wrong_field_is_shown_and_nothing_is_sent(self, client: Client, depot: Depot) -> None:
        response = client.post(url(depot, "limit"), {"connector": "9", "value": "-1", "unit": "kW"})
        assert set(response.context["form"].errors) == {"connector", "value"}
        assert not Command.objects.exists()

    def test_a_charge_is_paused_with_a_reason_and_only_once(self, client: Client, depot: Depot) -> None:
        fields = {"connector": "1", "kind": "pause", "reason": "works"}
        client.post(url(depot, "pause"), fields)
        assert (Pause.objects.get().paused_name, Pause.objects.get().reason) == ("operator", "works")
        page = client.post(url(depot, "pause"), fields).content.decode()
        assert "The charge is paused already." in page
        assert Command.objects.count() == 1


class TestKeepingConfiguration:
    def test_a_change_keeps_its_value_or_lets_go(self, log_in: LogIn, depot: Depot) -> None:
        client = log_in(Role.OPERATOR)
        address = reverse("command", args=[depot.site.code, depot.charging.identity, "change-configuration"])
        assert client.post(address, {"key": "A", "value": "1", "keep": "on"}).status_code == 302
        kept = DesiredKey.objects.get()
        assert (kept.charge_point, kept.key, kept.value) == (depot.charging, "A", "1")
        tab = reverse("charge_point_configuration", args=[depot.site.code, depot.charging.identity])
        assert "kept" in client.get(tab).content.decode()
        client.post(address, {"key": "A", "value": "2"})
        assert not DesiredKey.objects.exists()
        assert Command.objects.filter(action="ChangeConfiguration").count() == 2
