from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from charging.models import IdToken, Transaction, Vehicle
from evkit.core.clock import utc_now
from history.models import AuditEntry
from tests.factories import IdTokenFactory, VehicleFactory

pytestmark = pytest.mark.django_db
WHOLE = {
    "code": "van-9",
    "name": "Van 9",
    "battery_wh": 75_000.0,
    "priority": 3,
    "departs": "06:30",
    "needs_wh": 40_000.0,
    "tags": ["CAFE", "FEED"],
}


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["items"]]


class TestVehicles:
    def test_one_is_declared_told_changed_in_part_and_removed(self, administrator: Any) -> None:
        answer = administrator.post("vehicles", WHOLE)
        assert answer.status_code == 201
        told = answer.json()
        assert {name: told[name] for name in WHOLE} == WHOLE
        assert (told["seen"], told["last_seen_at"], told["last_charge"]) == ("never", None, None)
        assert Vehicle.objects.get().departs == time(6, 30)
        told = administrator.patch("vehicles/van-9", {"departs": None, "tags": ["feed"]}).json()
        assert {name: told[name] for name in WHOLE} == {**WHOLE, "departs": None, "tags": ["FEED"]}
        assert IdToken.objects.get(key="CAFE").vehicle is None
        assert administrator.get("vehicles/van-9").json() == told
        assert administrator.delete("vehicles/van-9").status_code == 204
        assert administrator.get("vehicles/van-9").status_code == 404
        verbs = AuditEntry.objects.filter(object_type="vehicle").order_by("pk").values_list("verb", flat=True)
        assert list(verbs) == ["create", "update", "remove"]

    def test_what_does_not_change_is_not_written(self, administrator: Any) -> None:
        administrator.post("vehicles", WHOLE)
        before = AuditEntry.objects.count()
        assert administrator.patch("vehicles/van-9", {"name": "Van 9", "tags": ["feed", "cafe"]}).json()
        assert administrator.patch("vehicles/van-9", {}).status_code == 200
        assert AuditEntry.objects.count() == before

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": None}, "name"),
            ({"priority": None}, "priority"),
            ({"tags": None}, "tags"),
            ({"tags": ["HERS"]}, "tags"),
            ({"tags": ["x" * 256]}, "tags"),
            ({"departs": "25:00"}, "departs"),
            ({"departs": "06:30:15Z"}, "departs"),
            ({"battery_wh": 0}, "battery_wh"),
            ({"needs_wh": 0.5}, "needs_wh"),
            ({"code": "other"}, "code"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_makes_no_sense_names_its_field_and_changes_nothing(
        self, administrator: Any, change: dict[str, Any], field: str
    ) -> None:
        IdTokenFactory(value="HERS", vehicle=VehicleFactory(code="hers"))
        administrator.post("vehicles", WHOLE)
        before = administrator.get("vehicles/van-9").json()
        answer = administrator.patch("vehicles/van-9", {"priority": 7} | change)
        assert answer.status_code == 422
        assert answer.json()["error"]["field"].startswith(field)
        assert administrator.get("vehicles/van-9").json() == before

    @pytest.mark.parametrize("code", ["bus-mine", "no spaces", "", "x" * 65])
    def test_a_code_that_is_taken_or_none_is_refused(self, administrator: Any, mine: Any, code: str) -> None:
        answer = administrator.post("vehicles", {"code": code, "name": "Again"})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "code")
        assert Vehicle.objects.count() == 1

    def test_one_that_charged_stays(self, administrator: Any, mine: Any) -> None:
        answer = administrator.delete("vehicles/bus-mine")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unable_to_remove")
        assert Vehicle.objects.count() == 1

    def test_an_unknown_one_is_not_found(self, administrator: Any) -> None:
        for send in (administrator.get, administrator.delete):
            assert send("vehicles/nothing").status_code == 404
        assert administrator.patch("vehicles/nothing", {}).status_code == 404


class TestWhatIsSeen:
    def test_what_a_vehicle_charges_is_told(self, caller: Any, mine: Any) -> None:
        Transaction.objects.update(started_at=utc_now(), energy_wh=12_000, soc_last_percent=64)
        told = caller("guest", mine.site).get("vehicles/bus-mine").json()
        assert told["seen"] == "charging"
        assert told["energy_30_days_wh"] == 12_000
        assert told["last_charge"] == {
            "transaction": mine.transaction.number, "open": True, "site": "mine", "charge_point": "CP_MINE",
            "connector": 1, "energy_trusted_wh": 12_000, "soc_last_percent": 64,
        }  # fmt: skip

    def test_charges_on_other_sites_are_not_told(self, caller: Any, mine: Any, other: Any) -> None:
        told = caller("operator", mine.site).get("vehicles/bus-other").json()
        assert (told["seen"], told["last_charge"], told["energy_30_days_wh"]) == ("never", None, None)
        assert "CP_OTHER" not in str(told)
        assert codes(caller("guest", mine.site).get("vehicles", seen="charging")) == ["bus-mine"]
        assert codes(caller("guest").get("vehicles", seen="charging")) == ["bus-mine", "bus-other"]

    def test_badges_are_told_and_searched_by_those_who_may_command(self, caller: Any, mine: Any) -> None:
        tag = mine.transaction.id_token.value
        operator, guest = caller("operator", mine.site), caller("guest", mine.site)
        assert operator.get("vehicles/bus-mine").json()["tags"] == [tag]
        assert codes(operator.get("vehicles", id_tag=f" {tag.lower()} ")) == ["bus-mine"]
        assert codes(operator.get("vehicles", q=tag)) == ["bus-mine"]
        assert guest.get("vehicles/bus-mine").json()["tags"] is None
        assert codes(guest.get("vehicles", id_tag=tag)) == []
        assert codes(guest.get("vehicles", q=tag)) == []

    def test_a_caller_whose_sites_are_gone_sees_none(self, caller: Any, mine: Any, other: Any) -> None:
        client = caller("operator", other.site)
        other.transaction.delete()
        other.charge_point.delete()
        other.site.delete()
        assert codes(client.get("vehicles")) == []
        assert client.get("vehicles/bus-mine").status_code == 404


class TestTheList:
    def test_is_narrowed_and_paged_by_code(self, administrator: Any, mine: Any, other: Any) -> None:
        now = utc_now()
        VehicleFactory(code="van-1", name="The van")
        Transaction.objects.filter(pk=mine.transaction.pk).update(ended_at=now - timedelta(days=8))
        assert codes(administrator.get("vehicles")) == ["bus-mine", "bus-other", "van-1"]
        assert codes(administrator.get("vehicles", q="the VAN")) == ["van-1"]
        assert codes(administrator.get("vehicles", seen="away")) == ["bus-mine"]
        assert codes(administrator.get("vehicles", seen="never")) == ["van-1"]
        first = administrator.get("vehicles", limit=2).json()
        rest = administrator.get("vehicles", limit=2, cursor=first["next_cursor"])
        assert (len(first["items"]), codes(rest)) == (2, ["van-1"])

    def test_takes_the_same_queries_for_many(
        self, administrator: Any, mine: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            IdTokenFactory(vehicle=VehicleFactory(code=f"b-{number}"))
        with django_assert_max_num_queries(12):
            assert len(codes(administrator.get("vehicles"))) == 21

    @pytest.mark.parametrize("query", [{"seen": "sometimes"}, {"tag": "x"}])
    def test_an_unknown_filter_is_refused(self, administrator: Any, query: dict[str, str]) -> None:
        assert administrator.get("vehicles", **query).status_code == 422
