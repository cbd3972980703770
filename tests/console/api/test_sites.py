from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from chargers.models import ChargePointState, EvseState
from charging.balancer import URGENT
from charging.services.smart.base_load import base_load, base_load_w
from evkit.core.clock import utc_now
from evkit.core.events import Event, bus
from history.models import AuditEntry
from sites.events import SiteChanged, SiteMeterRead
from sites.models import ExternalValue, ExternalVariable, Site, SiteMeterReading
from tests.factories import SiteFactory


class TestListSites:
    def test_sites_are_listed_by_code_in_pages(self, administrator):
        for code in "cab":
            SiteFactory(code=code)
        first = administrator.get("sites", limit=2).json()
        assert [site["code"] for site in first["items"]] == ["a", "b"]
        second = administrator.get("sites", limit=2, cursor=first["next_cursor"]).json()
        assert [site["code"] for site in second["items"]] == ["c"]
        assert second["next_cursor"] is None

    def test_the_number_of_queries_does_not_grow(self, administrator, django_assert_num_queries):
        administrator.get("sites")
        SiteFactory.create_batch(30)
        with django_assert_num_queries(4):
            assert len(administrator.get("sites").json()["items"]) == 30


class TestReadSite:
    def test_settings_and_totals_are_told(self, administrator, mine):
        ChargePointState.objects.update(connected=True)
        EvseState.objects.update(power_w=11_000, status="Charging")
        assert administrator.get("sites/mine").json() == {
            "code": "mine",
            "name": {"en": "Depot mine", "fr": "Dépôt mine"},
            "timezone": "Europe/Paris",
            "limit": {"value": 200_000, "unit": "W"},
            "holidays": "",
            "limit_schedule": [],
            "limit_now_w": 200_000,
            "voltage_v": 230,
            "smart_charging": {
                "enabled": False,
                "distribution": "equal",
                "launch_reserve": 1,
                "dead_band": {"value": 500, "unit": "W"},
            },
            "charge_points": 1,
            "connected": 1,
            "power_w": 11_000,
        }

    @pytest.mark.parametrize(
        ("status", "connected", "power_w"),
        [("Available", True, 0.0), ("Charging", False, None), ("", True, 11_000.0)],
    )
    def test_who_is_free_draws_nothing_and_of_who_is_away_nothing_is_known(
        self, administrator, mine, status, connected, power_w
    ):
        ChargePointState.objects.update(connected=connected)
        EvseState.objects.update(power_w=11_000, status=status)
        assert administrator.get("sites/mine").json()["power_w"] == power_w


class TestPatchSite:
    def test_the_limit_is_changed_audited_and_told(
        self, administrator, mine, django_capture_on_commit_callbacks
    ):
        told: list[Event] = []
        listen = told.extend
        bus.subscribe(SiteChanged, listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                answer = administrator.patch("sites/mine", {"limit": {"value": 300, "unit": "A"}})
            bus.flush()
        finally:
            bus.unsubscribe(listen)
        assert answer.json()["limit"] == {"value": 300, "unit": "A"}
        assert told == [SiteChanged(mine.site.pk)]
        entry = AuditEntry.objects.get(object_type="site")
        assert (entry.verb, entry.object_key, entry.user_name) == ("change", "mine", "token:administrator-")
        assert entry.details == {"limit_value": [200_000.0, 300.0], "limit_unit": ["W", "A"]}

    def test_a_null_limit_lifts_it(self, administrator, mine):
        assert administrator.patch("sites/mine", {"limit": None}).json()["limit"] is None

    def test_how_power_is_shared_is_changed_in_parts(self, administrator, mine):
        wanted = {"distribution": "deadline", "launch_reserve": 2, "dead_band": {"value": 1000, "unit": "W"}}
        answer = administrator.patch("sites/mine", {"smart_charging": wanted}).json()
        assert answer["smart_charging"] == {"enabled": False, **wanted}
        answer = administrator.patch("sites/mine", {"smart_charging": {"launch_reserve": 0}}).json()
        assert answer["smart_charging"] == {"enabled": False, **wanted, "launch_reserve": 0}

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"launch_reserve": -1}, "smart_charging.launch_reserve"),
            ({"distribution": "fair"}, "smart_charging.distribution"),
            ({"dead_band": {"value": -1, "unit": "W"}}, "smart_charging.dead_band.value"),
            ({"enabled": None}, "enabled"),
        ],
    )
    def test_what_cannot_be_shared_like_that_is_refused(self, administrator, mine, wrong, field):
        answer = administrator.patch("sites/mine", {"smart_charging": wrong})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)

    @pytest.mark.parametrize("value", [True, "200", -1, 1e9, 1e300])
    def test_a_limit_is_a_number_that_can_be_meant(self, administrator, mine, value):
        answer = administrator.patch("sites/mine", {"limit": {"value": value, "unit": "W"}})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "limit.value")
        assert Site.objects.get(pk=mine.site.pk).limit_value == 200_000

    def test_smart_charging_is_switched_and_the_limit_stays(self, administrator, mine):
        answer = administrator.patch("sites/mine", {"smart_charging": {"enabled": True}}).json()
        assert answer["smart_charging"]["enabled"] is True
        assert answer["limit"] == {"value": 200_000, "unit": "W"}

    def test_an_empty_change_is_not_audited(self, administrator, mine):
        administrator.patch("sites/mine", {})
        assert not AuditEntry.objects.filter(object_type="site").exists()
        assert Site.objects.get().limit_value == 200_000


class TestSiteMeter:
    def test_a_reading_is_stored_at_its_time(self, administrator, mine):
        reading = {"power_w": -500, "current_a": [1, 2.5], "timestamp": "2026-03-01T13:00:00+01:00"}
        answer = administrator.post("sites/mine/meter", reading)
        assert answer.status_code == 201
        assert answer.json() == {
            "site": "mine",
            "power_w": -500,
            "current_a": [1, 2.5, None],
            "timestamp": "2026-03-01T12:00:00.000000Z",
        }
        row = SiteMeterReading.objects.get()
        assert (row.power_w, row.current_l2_a, row.current_l3_a) == (-500, 2.5, None)
        assert row.at == datetime(2026, 3, 1, 12, tzinfo=UTC)

    def test_the_same_time_replaces_the_former_reading(self, administrator, mine):
        for power_w in (1, 2):
            reading = {"power_w": power_w, "timestamp": "2026-03-01T12:00:00Z"}
            assert administrator.post("sites/mine/meter", reading).status_code == 201
        assert SiteMeterReading.objects.get().power_w == 2

    def test_a_reading_says_something(self, administrator, mine):
        answer = administrator.post("sites/mine/meter", {"timestamp": "2026-03-01T12:00:00Z"})
        assert answer.status_code == 422
        assert not SiteMeterReading.objects.exists()


class TestVariables:
    def test_a_value_is_kept_with_its_history(self, administrator):
        for minute, value in [(0, 1), (2, 3.5), (1, "text")]:
            body = {"value": value, "timestamp": f"2026-03-01T12:0{minute}:00Z"}
            assert administrator.post("variables/pv.power", body).status_code == 201
        variable = ExternalVariable.objects.get()
        assert (variable.name, variable.value, variable.quality) == ("pv.power", 3.5, "good")
        values = ExternalValue.objects.order_by("at").values_list("value", flat=True)
        assert list(values) == [1, "text", 3.5]

    def test_an_older_value_is_answered_with_the_latest(self, administrator):
        administrator.post("variables/x", {"value": True, "timestamp": "2026-03-01T12:00:00Z"})
        answer = administrator.post("variables/x", {"value": False, "timestamp": "2026-03-01T11:00:00Z"})
        assert answer.json() == {
            "name": "x",
            "value": True,
            "quality": "good",
            "timestamp": "2026-03-01T12:00:00.000000Z",
        }

    def test_quality_is_one_of_three(self, administrator):
        assert administrator.post("variables/x", {"value": None, "quality": "bad"}).status_code == 201
        assert administrator.post("variables/x", {"value": 1, "quality": "fair"}).status_code == 422
        assert administrator.post("variables/x", {"value": [1]}).status_code == 422
        assert administrator.post("variables/x", {}).status_code == 422


class TestMeterCounts:
    def test_what_is_told_is_the_base_load_of_the_next_cycle_and_wakes_it(
        self, administrator, mine, django_capture_on_commit_callbacks
    ) -> None:
        seen: list[Event] = []
        take = seen.extend
        bus.subscribe(SiteMeterRead, take)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                assert administrator.post("sites/mine/meter", {"power_w": 12_000}).status_code == 201
            bus.flush()
        finally:
            bus.unsubscribe(take)
        assert seen == [SiteMeterRead(mine.site.pk)]
        assert SiteMeterRead in URGENT
        assert base_load_w(mine.site, base_load(mine.site, utc_now())) == 12_000

    def test_an_administrator_lets_what_was_told_count_no_more(self, administrator, mine) -> None:
        administrator.post("sites/mine/meter", {"power_w": 90_000_000})
        assert administrator.delete("sites/mine/meter").status_code == 204
        mine.site.refresh_from_db()
        assert base_load(mine.site, utc_now()) is None
        entry = AuditEntry.objects.get(object_type="site")
        assert (entry.verb, list(entry.details)) == ("change", ["meter_since"])

    @pytest.mark.parametrize("value", [1e300, -1e9, "12", True])
    def test_what_no_meter_tells_is_refused(self, administrator, mine, value) -> None:
        for reading, field in (({"power_w": value}, "power_w"), ({"current_a": [5, value]}, "current_a.1")):
            answer = administrator.post("sites/mine/meter", reading)
            assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
        assert not SiteMeterReading.objects.exists()


class TestLimitSchedule:
    EVENING: ClassVar = {"days": ["mon", "fri"], "from": "17:00", "to": "20:00"}

    def test_it_is_replaced_as_a_whole_and_told(self, administrator, mine) -> None:
        christmas = {"first_day": "2026-12-24", "last_day": "2026-12-26", "hours": [], "note": "closed"}
        levels = [
            {
                "value": 80_000,
                "unit": "W",
                "ranges": [self.EVENING],
                "on_holidays": "sunday",
                "exceptions": [christmas],
            }
        ]
        answer = administrator.patch("sites/mine", {"limit_schedule": levels})
        assert answer.status_code == 200
        assert answer.json()["limit_schedule"] == levels
        assert administrator.patch("sites/mine", {"limit_schedule": []}).json()["limit_schedule"] == []

    def test_a_wrong_exception_is_refused_and_changes_nothing(self, administrator, mine) -> None:
        wrong = [{"first_day": "2026-12-24", "last_day": "2026-12-01"}]
        levels = [{"value": 80_000, "unit": "W", "ranges": [self.EVENING], "exceptions": wrong}]
        answer = administrator.patch("sites/mine", {"limit_schedule": levels})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "exceptions")
        assert Site.objects.get(code="mine").limit_schedule == []

    def test_the_region_of_holidays_is_set(self, administrator, mine) -> None:
        assert administrator.patch("sites/mine", {"holidays": "FR-57"}).json()["holidays"] == "FR-57"
        answer = administrator.patch("sites/mine", {"holidays": "XX"})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "holidays")
        assert administrator.patch("sites/mine", {"holidays": ""}).json()["holidays"] == ""

    def test_what_is_none_is_refused_and_changes_nothing(self, administrator, mine) -> None:
        wrong = [{"value": 80_000, "unit": "W", "ranges": [{**self.EVENING, "days": ["someday"]}]}]
        answer = administrator.patch("sites/mine", {"limit_schedule": wrong})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "limit_schedule")
        assert Site.objects.get(code="mine").limit_schedule == []
