from __future__ import annotations

from typing import Any

import pytest

from history.models import AuditEntry
from sites.models import Schedule, ScheduleGroup

PATH = "sites/mine/groups/3"
NIGHT = {"days": ["mon", "tue"], "from": "20:00", "to": "06:00"}
STRIKE = {"first_day": "2026-12-24", "last_day": "2026-12-24", "hours": [{"from": "08:00", "to": "12:00"}]}
WHOLE = {
    "name": "Night",
    "ranges": [NIGHT],
    "on_holidays": "sunday",
    "at_end": "finish",
    "distribution": "deadline",
    "exceptions": [{**STRIKE, "note": "strike"}],
    "connectors": [{"charge_point": "CP_MINE", "connector": 1}],
}


class TestGroups:
    def test_one_is_made_told_changed_in_part_and_deleted(self, administrator: Any, mine: Any) -> None:
        told = administrator.put(PATH, WHOLE).json()
        assert {name: told[name] for name in WHOLE} == WHOLE
        assert administrator.get(PATH).json()["schedule"] is None
        told = administrator.put(PATH, {"at_end": "stop"}).json()
        assert {name: told[name] for name in WHOLE} == {**WHOLE, "at_end": "stop"}
        assert [each["number"] for each in administrator.get("sites/mine/groups").json()["items"]] == [3]
        told = administrator.put(PATH, {"exceptions": [], "connectors": [], "distribution": ""}).json()
        assert (told["exceptions"], told["connectors"], told["distribution"]) == ([], [], "")
        assert administrator.delete(PATH).status_code == 204
        assert administrator.get(PATH).status_code == 404

    def test_what_does_not_change_is_not_written(self, administrator: Any, mine: Any) -> None:
        administrator.put(PATH, WHOLE)
        before = AuditEntry.objects.count()
        administrator.put(PATH, WHOLE)
        assert AuditEntry.objects.count() == before

    def test_a_shared_schedule_takes_the_place_of_hours_and_the_reverse(
        self, administrator: Any, mine: Any
    ) -> None:
        Schedule.objects.create(code="nights", ranges=[NIGHT])
        administrator.put(PATH, WHOLE)
        told = administrator.put(PATH, {"schedule": "nights"}).json()
        assert (told["schedule"], told["ranges"]) == ("nights", [])
        assert administrator.put(PATH, {"name": "Shared"}).json()["schedule"] == "nights"
        told = administrator.put(PATH, {"ranges": [NIGHT]}).json()
        assert (told["schedule"], told["ranges"]) == (None, [NIGHT])

    def test_how_it_stands_is_told(self, administrator: Any, mine: Any) -> None:
        always = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}
        told = administrator.put(PATH, {"ranges": [always]}).json()
        assert (told["active"], told["changes_at"]) == (True, None)
        told = administrator.put(PATH, {"ranges": []}).json()
        assert (told["active"], told["changes_at"]) == (False, None)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"at_end": "explode"}, "at_end"),
            ({"name": None}, "name"),
            ({"ranges": [{**NIGHT, "days": ["someday"]}]}, "ranges"),
            ({"ranges": [NIGHT], "schedule": "nights"}, "schedule"),
            ({"schedule": "unknown"}, "schedule"),
            ({"exceptions": [{"first_day": "2026-12-24", "last_day": "2026-12-01"}]}, "exceptions"),
            (
                {"exceptions": [{"first_day": "2026-12-24", "hours": [{"from": "25:00", "to": "1"}]}]},
                "exceptions",
            ),
            ({"connectors": [{"charge_point": "CP_MINE", "connector": 9}]}, "connectors"),
        ],
    )
    def test_what_makes_no_sense_names_its_field_and_changes_nothing(
        self, administrator: Any, mine: Any, change: Any, field: str
    ) -> None:
        answer = administrator.put(PATH, change)
        assert answer.status_code == 422
        assert answer.json()["error"]["field"].startswith(field)
        assert not ScheduleGroup.objects.exists()

    def test_there_are_ten(self, administrator: Any, mine: Any) -> None:
        assert administrator.put("sites/mine/groups/10", {}).status_code == 422
        assert administrator.get("sites/mine/groups/10").status_code == 404
