"""Policies of sites, quirks of charge points and automatic starts: what the configuration file has, too."""

from __future__ import annotations

from typing import Any

import pytest

from charging.models import ClosingRules
from evkit.console.config_file.exporting import export_configuration
from history.models import AuditEntry
from sites.models import Site

DEFAULTS = {
    "unknown_charge_points": "refuse",
    "unknown_tags": "refuse",
    "free_charging": "never",
    "concurrency": "tag",
    "offline_starts": "as_of_then",
    "automatic_start": "",
    "automatic_restart": False,
    "closing": {"free_min": 5, "silent_min": 1440, "gone_min": 10_080},
}
OTHERS = {
    "unknown_charge_points": "pending",
    "unknown_tags": "operator",
    "free_charging": "any_tag",
    "concurrency": "allow",
    "offline_starts": "accept",
    "automatic_start": "B4A63CDF2212",
    "automatic_restart": True,
    "closing": {"free_min": 1, "silent_min": None, "gone_min": 60},
}


class TestPolicies:
    def test_all_can_be_read_and_changed(self, administrator: Any, mine: Any) -> None:
        assert administrator.get("sites/mine/policies").json() == DEFAULTS
        assert administrator.patch("sites/mine/policies", OTHERS).json() == OTHERS
        assert administrator.get("sites/mine/policies").json() == OTHERS

    def test_they_have_the_names_and_values_of_the_configuration_file(
        self, administrator: Any, mine: Any
    ) -> None:
        administrator.patch("sites/mine/policies", OTHERS)
        [site] = export_configuration()["sites"]
        assert {name: site[name] for name in OTHERS} == OTHERS

    @pytest.mark.parametrize("name", list(OTHERS))
    def test_one_changes_and_the_others_stay(self, administrator: Any, mine: Any, name: str) -> None:
        told = administrator.patch("sites/mine/policies", {name: OTHERS[name]}).json()
        assert told == {**DEFAULTS, name: OTHERS[name]}
        assert AuditEntry.objects.filter(verb="change", object_key="mine").count() == 1

    def test_a_closing_rule_alone_leaves_the_other_two(self, administrator: Any, mine: Any) -> None:
        administrator.patch("sites/mine/policies", {"closing": {"free_min": None}})
        rules = ClosingRules.objects.get()
        assert (rules.free_min, rules.silent_min, rules.gone_min) == (None, 1440, 10_080)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"unknown_tags": "perhaps"}, "unknown_tags"),
            ({"free_charging": None}, "free_charging"),
            ({"automatic_start": "A" * 21}, "automatic_start"),
            ({"closing": {"free_min": 0}}, "closing.free_min"),
            ({"closing": None}, "closing"),
            ({"unknown_tag": "accept"}, "unknown_tag"),
        ],
    )
    def test_what_makes_no_sense_is_refused_with_the_key(
        self, administrator: Any, mine: Any, change: dict[str, object], field: str
    ) -> None:
        answer = administrator.patch("sites/mine/policies", change)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        assert administrator.get("sites/mine/policies").json() == DEFAULTS

    def test_no_change_is_not_in_the_journal(self, administrator: Any, mine: Any) -> None:
        administrator.patch("sites/mine/policies", DEFAULTS)
        assert not AuditEntry.objects.filter(object_key="mine").exists()
        assert Site.objects.get().unknown_tags == "refuse"


class TestQuirks:
    def test_one_is_switched_and_left_to_the_model_again(self, administrator: Any, mine: Any) -> None:
        address = "charge-points/CP_MINE/quirks"
        assert administrator.get(address).json()["quirks"]["tag_suffix"] is False
        told = administrator.patch(address, {"switches": {"tag_suffix": True, "watts_only": False}}).json()
        assert told["switches"] == {"tag_suffix": True, "watts_only": False}
        assert [name for name, on in told["quirks"].items() if on] == ["tag_suffix"]
        told = administrator.patch(address, {"switches": {"tag_suffix": None}}).json()
        assert told["switches"] == {"watts_only": False}
        assert told["quirks"]["tag_suffix"] is False

    def test_an_unknown_one_is_refused_and_nothing_changes(self, administrator: Any, mine: Any) -> None:
        address = "charge-points/CP_MINE/quirks"
        answer = administrator.patch(address, {"switches": {"tag_suffix": True, "nonsense": True}})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_quirk")
        assert administrator.get(address).json()["switches"] == {}
