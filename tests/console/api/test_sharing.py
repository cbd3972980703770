from __future__ import annotations

from typing import Any

import pytest

from chargers.models import ChargePoint, Evse
from history.models import AuditEntry

POINT = "charge-points/CP_MINE"
CONNECTOR = f"{POINT}/connectors/1"


class TestConnector:
    def test_its_settings_are_changed_one_by_one(self, administrator: Any, mine: Any) -> None:
        told = administrator.patch(CONNECTOR, {"automatic_start": " BUS7 "}).json()
        assert told == {"number": 1, "automatic_start": "BUS7", "priority": 0, "distribution": ""}
        told = administrator.patch(CONNECTOR, {"priority": -3, "distribution": "deadline"}).json()
        expected = {"number": 1, "automatic_start": "BUS7", "priority": -3, "distribution": "deadline"}
        assert told == expected
        [connector] = administrator.get(POINT).json()["connectors"]
        assert {name: connector[name] for name in expected} == expected
        assert administrator.patch(CONNECTOR, {"distribution": ""}).json()["distribution"] == ""
        assert AuditEntry.objects.filter(verb="update_connector").count() == 3

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"distribution": "random"}, "distribution"),
            ({"distribution": None}, "distribution"),
            ({"priority": None}, "priority"),
            ({"priority": 1_000_001}, "priority"),
            ({"priority": "high"}, "priority"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_makes_no_sense_names_its_field(
        self, administrator: Any, mine: Any, change: Any, field: str
    ) -> None:
        answer = administrator.patch(CONNECTOR, change)
        assert answer.status_code == 422
        assert answer.json()["error"]["field"].startswith(field)
        assert Evse.objects.filter(priority=0, distribution="").count() == Evse.objects.count()

    def test_there_must_be_such_a_connector(self, administrator: Any, mine: Any) -> None:
        assert administrator.patch(f"{POINT}/connectors/7", {"automatic_start": "X"}).status_code == 404


class TestChargePoint:
    def test_its_priority_and_division_are_changed(self, administrator: Any, mine: Any) -> None:
        told = administrator.patch(POINT, {"priority": 4}).json()
        assert told == {"identity": "CP_MINE", "priority": 4, "division": ""}
        told = administrator.patch(POINT, {"division": "one_at_a_time"}).json()
        assert told == {"identity": "CP_MINE", "priority": 4, "division": "one_at_a_time"}
        seen = administrator.get(POINT).json()
        assert (seen["priority"], seen["division"]) == (4, "one_at_a_time")

    @pytest.mark.parametrize("change", [{"division": "x"}, {"priority": None}, {"max_power_w": 5}])
    def test_nothing_else_is(self, administrator: Any, mine: Any, change: Any) -> None:
        assert administrator.patch(POINT, change).status_code == 422
        assert ChargePoint.objects.filter(priority=0, division="").count() == ChargePoint.objects.count()
