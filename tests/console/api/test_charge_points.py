from __future__ import annotations

from datetime import timedelta

import pytest

from chargers.models import ChargePoint, ChargePointState, Command, CommandCall, Evse, EvseState
from chargers.services.commands import queue_command
from history.models import AuditEntry
from tests.factories import EARLY, ChargePointFactory, SiteFactory, TransactionFactory


class TestListChargePoints:
    def test_pages_follow_the_identity(self, administrator):
        site = SiteFactory()
        for identity in "CABED":
            ChargePointFactory(identity=identity, site=site)
        seen, cursor = [], None
        while True:
            page = administrator.get(
                "charge-points", limit=2, **({"cursor": cursor} if cursor else {})
            ).json()
            seen += [item["identity"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == list("ABCDE")

    def test_the_site_narrows(self, administrator, mine, other):
        items = administrator.get("charge-points", site="other").json()["items"]
        assert [item["identity"] for item in items] == ["CP_OTHER"]

    @pytest.mark.parametrize(
        ("state", "seen"),
        [
            ("connected", ["CP_MINE"]),
            ("disconnected", ["CP_OTHER"]),
            ("Charging", ["CP_MINE"]),
            ("charging", ["CP_MINE"]),
            ("Faulted", []),
        ],
    )
    def test_the_state_narrows(self, administrator, mine, other, state, seen):
        ChargePointState.objects.filter(charge_point=mine.charge_point).update(connected=True)
        EvseState.objects.filter(evse__charge_point=mine.charge_point).update(status="Charging")
        items = administrator.get("charge-points", state=state).json()["items"]
        assert [item["identity"] for item in items] == seen

    def test_500_charge_points_cost_as_many_queries_as_one(self, administrator, django_assert_num_queries):
        site = SiteFactory()
        administrator.get("charge-points")
        points = [ChargePoint(identity=f"CP_{number:04}", site=site) for number in range(500)]
        ChargePoint.objects.bulk_create(points)
        ChargePointState.objects.bulk_create([ChargePointState(charge_point=point) for point in points])
        for point in points[:3]:
            TransactionFactory(evse__charge_point=point)
        with django_assert_num_queries(5):
            items = administrator.get("charge-points", limit=500).json()["items"]
        assert len(items) == 500
        assert [item["connectors"][0]["transaction"] is not None for item in items[:3]] == [True] * 3


class TestReadChargePoint:
    def test_state_and_boot_facts_are_told(self, administrator, mine):
        ChargePointState.objects.update(
            connected=True, connected_at=EARLY, protocol="ocpp1.6", booted_at=EARLY, vendor="V", model="M"
        )
        EvseState.objects.update(
            status="Charging",
            error_code="NoError",
            status_since=EARLY,
            power_w=11_000,
            current_l1_a=15,
            current_l2_a=16,
            energy_wh=1234.5,
            soc_percent=55,
            temperature_c=21,
            limit_w=22_000,
            limit_a=32,
        )
        told = administrator.get("charge-points/CP_MINE").json()
        assert (told["identity"], told["site"], told["connected"]) == ("CP_MINE", "mine", True)
        assert told["connected_at"] == "2026-01-10T10:00:00.000000Z"
        assert (told["boot"]["vendor"], told["boot"]["model"]) == ("V", "M")
        connector = told["connectors"][0]
        wanted = {
            "number": 1,
            "status": "Charging",
            "error_code": "NoError",
            "power_w": 11_000,
            "current_a": 16,
            "energy_wh": 1234.5,
            "soc_percent": 55,
            "temperature_c": 21,
            "limit_w": 22_000,
            "limit_a": 32,
            "transaction": mine.transaction.number,
        }
        assert {key: connector[key] for key in wanted} == wanted

    def test_the_phases_of_connectors_are_told_with_what_they_hang_on(self, administrator, mine):
        assert administrator.get("charge-points/CP_MINE").json()["connectors"][0]["phase_rotation"] == ""
        Evse.objects.filter(charge_point__identity="CP_MINE").update(phases=1, phase_rotation="STR")
        connector = administrator.get("charge-points/CP_MINE").json()["connectors"][0]
        assert (connector["phases"], connector["phase_rotation"]) == (1, "STR")

    @pytest.mark.parametrize("identity", ["depot/1", "Ladesäule 7", "a?b#c", "100%"])
    def test_any_identity_can_be_addressed(self, administrator, identity):
        ChargePointFactory(identity=identity)
        from urllib.parse import quote

        path = f"charge-points/{quote(identity, safe='')}"
        assert administrator.get(path).json()["identity"] == identity
        wanted = {"action": "ClearCache", "payload": {}}
        assert administrator.post(f"{path}/commands", wanted).status_code in {202, 422}

    def test_one_without_state_rows_is_told_all_the_same(self, administrator, mine):
        EvseState.objects.all().delete()
        ChargePointState.objects.all().delete()
        told = administrator.get("charge-points/CP_MINE").json()
        assert (told["connected"], told["connectors"][0]["status"]) == (False, "")


class TestCommands:
    def test_a_command_is_queued_in_the_name_of_the_token(self, administrator, mine):
        wanted = {"action": "Reset", "payload": {"type": "Hard"}}
        answer = administrator.post("charge-points/CP_MINE/commands", wanted)
        assert answer.status_code == 202
        assert answer.json()["state"] == "queued"
        command = Command.objects.get(pk=answer.json()["id"])
        assert (command.action, command.payload) == ("Reset", {"type": "Hard"})
        assert command.requested_name == "token:administrator-"
        assert AuditEntry.objects.get(verb="command").object_key == "CP_MINE"

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"action": "Reset", "payload": {"type": "Gentle"}}, "type"),
            ({"action": "Reset", "payload": {}}, "type"),
            ({"action": "Dance", "payload": {}}, None),
            ({"action": "Reset", "payload": []}, "payload"),
            ({"payload": {}}, "action"),
            ({"action": "Reset", "payload": {"type": "Soft"}, "when": "now"}, "when"),
        ],
    )
    def test_what_cannot_be_sent_is_refused(self, administrator, mine, wanted, field):
        answer = administrator.post("charge-points/CP_MINE/commands", wanted)
        assert answer.status_code == 422
        if field is not None:
            assert answer.json()["error"]["field"] == field
        assert Command.objects.count() == 1

    def test_frames_answer_and_effect_are_told(self, administrator, mine):
        command = mine.command
        Command.objects.update(
            state="accepted", response={"status": "Accepted"}, effect="seen", effect_at=EARLY, sent_at=EARLY
        )
        CommandCall.objects.create(
            command=command,
            message_id="m1",
            request={"type": "Soft"},
            sent_at=EARLY,
            answered_at=EARLY + timedelta(milliseconds=250),
            response={"status": "Accepted"},
        )
        told = administrator.get(f"commands/{command.pk}").json()
        assert (told["state"], told["response"], told["effect"]) == (
            "accepted",
            {"status": "Accepted"},
            "seen",
        )
        assert told["calls"] == [
            {
                "message_id": "m1",
                "request": {"type": "Soft"},
                "sent_at": "2026-01-10T10:00:00.000000Z",
                "answered_at": "2026-01-10T10:00:00.250000Z",
                "response": {"status": "Accepted"},
                "error_code": "",
                "error_description": "",
            }
        ]

    def test_secrets_are_masked(self, administrator, mine):
        payload = {"key": "AuthorizationKey", "value": "0123456789abcdef0123456789abcdef"}
        command = queue_command(
            charge_point=mine.charge_point, action="ChangeConfiguration", payload=payload, now=EARLY
        )
        told = administrator.get(f"commands/{command.pk}")
        assert told.json()["payload"] == {"key": "AuthorizationKey", "value": "***"}
