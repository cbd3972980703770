from __future__ import annotations

from typing import Any

import pytest

from chargers.models import ChargePoint, Evse
from history.models import AuditEntry
from tests.factories import ChargePointFactory

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
        assert told == {"identity": "CP_MINE", "priority": 4, "division": "", "site_meter": ""}
        told = administrator.patch(POINT, {"division": "one_at_a_time"}).json()
        assert told["division"] == "one_at_a_time"
        seen = administrator.get(POINT).json()
        assert (seen["priority"], seen["division"]) == (4, "one_at_a_time")

    def test_one_of_them_becomes_the_meter_of_the_site(self, administrator: Any, mine: Any) -> None:
        assert administrator.patch(POINT, {"site_meter": "base"}).json()["site_meter"] == "base"
        assert administrator.get(POINT).json()["site_meter"] == "base"
        other = ChargePointFactory(identity="CP_OTHER", site=mine.site)
        answer = administrator.patch("charge-points/CP_OTHER", {"site_meter": "base"})
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert (error["field"], error["message"]) == (
            "site_meter",
            "CP_MINE is the meter of this site already.",
        )
        assert administrator.patch(POINT, {"site_meter": ""}).json()["site_meter"] == ""
        assert administrator.patch("charge-points/CP_OTHER", {"site_meter": "base"}).status_code == 200
        assert list(ChargePoint.objects.exclude(site_meter="")) == [other]

    @pytest.mark.parametrize(
        "change", [{"division": "x"}, {"site_meter": "whole"}, {"priority": None}, {"max_power_w": 5}]
    )
    def test_nothing_else_is(self, administrator: Any, mine: Any, change: Any) -> None:
        assert administrator.patch(POINT, change).status_code == 422
        assert ChargePoint.objects.filter(priority=0, division="").count() == ChargePoint.objects.count()
