"""What the audit journal says about what the services really write into it."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from chargers.services.commands import queue_command
from chargers.services.groups import set_members
from chargers.services.priorities import set_priorities
from chargers.services.security_profiles import lower_profile
from chargers.services.topology import save_evse, update_charge_point
from charging.services.vehicles import change_vehicle, create_vehicle
from evkit.console.journal.commands import limits_text
from evkit.console.journal.lines import Reader
from evkit.console.journal.values import days_text, value_text
from evkit.core.clock import utc_now
from evkit.core.recorders import Actor
from history.models import AuditEntry
from sites.models import ScheduleGroup
from sites.services.settings import SiteLimit, change_site
from sites.services.users import create_user, set_sites
from sites.types import Role, Unit

ADA = Actor(None, "ada")


@pytest.fixture(autouse=True)
def _paris():
    with timezone.override("Europe/Paris"):
        yield


def told(language="en"):
    """The lines of the newest entry as text, sorted: jsonb has its own order."""
    with translation.override(language):
        lines = Reader().lines(AuditEntry.objects.latest("id"))
        return sorted(
            f"{line.name}: {line.before} → {line.value}" if line.before else f"{line.name}: {line.value}"
            for line in lines
        )


class TestLines:
    def test_a_limit_is_told_with_its_unit_before_and_after(self, depot):
        change_site(site=depot.site, limit=SiteLimit(120_000, Unit.WATT), actor=ADA)
        change_site(site=depot.site, limit=SiteLimit(90_000, Unit.WATT), actor=ADA)
        assert told() == ["Limit: 120\u202fkW → 90\u202fkW"]
        assert told("fr") == ["Limite: 120\u202fkW → 90\u202fkW"]
        change_site(site=depot.site, limit=SiteLimit(160, Unit.AMPERE), actor=ADA)
        assert told() == ["Limit: 90\u202fkW → 160\u202fA", "Unit: W → A"]
        change_site(site=depot.site, limit=None, actor=ADA)
        assert told() == ["Limit: 160\u202fA → –"]

    def test_a_charge_point_is_told_by_the_names_of_its_fields(self, depot):
        point = depot.charging
        update_charge_point(
            charge_point=point, changes={"max_power_w": 22_500.0, "zone": "Hall B", "security_profile": 1},
            actor=ADA,
        )  # fmt: skip
        profile = "Security profile: 0 - none → 1 - password"
        assert told() == ["Maximum power: 22.5\u202fkW", profile, "Zone: Hall A → Hall B"]
        update_charge_point(charge_point=point, changes={"max_power_w": 11_000.0, "zone": ""}, actor=ADA)
        assert told() == ["Maximum power: 22.5\u202fkW → 11\u202fkW", "Zone: Hall B → –"]
        assert told("fr") == ["Puissance maximale: 22,5\u202fkW → 11\u202fkW", "Zone: Hall B → –"]

    def test_a_thing_is_told_by_its_name_not_by_its_key(self, depot):
        update_charge_point(charge_point=depot.charging, changes={"site": None}, actor=ADA)
        assert told() == [f"Site: {depot.site} → –"]

    def test_a_connector_and_what_it_may(self, depot):
        evse = depot.charging.evses.first()
        evse.max_current_a = 32.0
        save_evse(evse=evse, actor=ADA)
        assert told() == [f"Connector: {evse.number}", "Maximum current: 32\u202fA"]

    def test_priorities_by_connector(self, depot):
        evse = depot.charging.evses.first()
        set_priorities(site=depot.site, priorities={evse.pk: 5}, actor=ADA)
        assert told() == [f"{evse}: 0 → 5"]

    def test_a_group_says_who_left_and_who_joined(self, depot):
        group = ScheduleGroup.objects.create(site=depot.site, number=1)
        first, second = depot.charging.evses.order_by("number")
        set_members(group=group, evse_ids=[first.pk], actor=ADA)
        set_members(group=group, evse_ids=[second.pk], actor=ADA)
        assert told() == [f"Connectors added: {second}", f"Connectors taken out: {first}"]

    def test_a_user_and_a_vehicle(self, depot):
        user = create_user(username="guest1", role=Role.GUEST, actor=ADA)
        assert told("fr") == ["Rôle: Invité"]
        set_sites(user=user, sites=[depot.site], actor=ADA)
        assert told() == [f"Sites: – → {depot.site.code}"]
        bus = create_vehicle(code="bus9", name="Bus 9", battery_wh=350_000.0, tags=["T1", "T2"], actor=ADA)
        assert "Battery: 350\u202fkWh" in told()
        change_vehicle(vehicle=bus, changes={"priority": 3}, tags=["T1"], actor=ADA)
        assert told() == ["Badges: T1, T2 → T1", "Priority: 0 → 3"]

    def test_a_security_profile_that_was_lowered_is_one_line(self, depot):
        point = depot.charging
        update_charge_point(charge_point=point, changes={"security_profile": 1}, actor=ADA)
        lower_profile(charge_point=point, profile=0, actor=ADA)
        assert told() == ["Security profile: 1 → 0"]

    def test_a_command_says_what_was_asked_and_keeps_the_rest_folded(self, depot):
        schedule = {
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 50_000.0}, {"startPeriod": 4500, "limit": 5000},
            ],
        }  # fmt: skip
        profile = {
            "chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative", "chargingSchedule": schedule,
        }  # fmt: skip
        queue_command(
            charge_point=depot.charging, action="SetChargingProfile", now=utc_now(),
            payload={"connectorId": 1, "csChargingProfiles": profile}, actor=ADA, reason="Peak",
        )  # fmt: skip
        assert told() == [
            "Limit the power: connector 1 · 50\u202fkW, 5\u202fkW after 1\u202fh\u202f15\u202fmin",
            "Reason: Peak",
        ]
        lines = Reader().lines(AuditEntry.objects.latest("id"))
        assert [line.whole for line in lines] == [False, True]
        queue_command(
            charge_point=depot.charging, action="Reset", payload={"type": "Soft"},
            now=utc_now(), actor=ADA,
        )  # fmt: skip
        assert told() == ["Reset the charge point: soft reset"]

    @pytest.mark.parametrize(
        ("verb", "kind", "details"),
        [
            ("change", "site", {"limit_value": 5, "strange": [1, 2, 3], "limit_unit": []}),
            ("update", "charge_point", {"changes": {"zone": "text", "gone_field": [None, {"a": [1]}]}}),
            ("command", "charge_point", {"payload": "text"}),
            ("command", "charge_point", {"payload": {"csChargingProfiles": {"chargingSchedule": [1]}}}),
            ("change", "moon_base", {"a": [[1], [2]]}),
            ("correct", "transaction", {"before_wh": None, "value_wh": "x", "reason": None}),
            (
                "anything",
                "site",
                {"unit": 5, "told": "x", "until": "2026-02-31T10:00:00Z", "day": "9999-99-99"},
            ),
        ],
    )
    def test_what_an_older_or_stranger_entry_says_is_told_and_never_fails(self, depot, verb, kind, details):
        AuditEntry.objects.create(
            at=utc_now(), user_name="ada", verb=verb, object_type=kind, object_key="x", details=details
        )
        assert all(told())


class TestValues:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "–"),
            (True, "yes"),
            (1234567, "1,234,567"),
            (0.25, "0.25"),
            ("2026-03-01T09:30:00+00:00", "1 March 2026 10:30"),
            ("2026-03-01", "1 March 2026"),
            (["a", "b"], "a, b"),
            (
                [
                    {
                        "value": 80_000,
                        "unit": "W",
                        "ranges": [{"days": ["mon", "tue", "wed"], "from": "17:00", "to": "20:00"}],
                    }
                ],
                "80\u202fkW (Mon–Wed 17:00–20:00)",
            ),
        ],
    )
    def test_are_told_as_a_reader_writes_them(self, value, text):
        assert value_text(value) == text

    def test_days_in_a_row_are_a_span(self):
        assert days_text(["sun", "mon", "tue", "wed", "thu"]) == "Mon–Thu, Sun"
        assert days_text(["sat", "sun"]) == "Sat, Sun"

    def test_limits_of_a_schedule(self):
        assert (
            limits_text({"chargingRateUnit": "A", "chargingSchedulePeriod": [{"limit": 16}]}) == "16\u202fA"
        )


class TestConfiguration:
    LINES = (
        "+ charge point A_001", "    site: depot", "    max_power_w: 50000", "    name: -",
        "~ site depot", "    limit_value: - -> 200000", "    limit_unit: - -> W",
        "    smart_charging_enabled: False -> True", "    unknown_tags: refuse -> accept",
        "    limit_schedule: [] -> [{'value': 1000.0, 'unit': 'W', 'ranges': []}]",
        "~ group depot/1",
        "    ranges: [] -> [{'days': ['mon', 'tue', 'wed'], 'from': '20:00', 'to': '06:00'}]",
        "- id tag 0012", "~ moon base 7", "    craters: 3 -> 4",
    )  # fmt: skip

    def test_what_a_file_changed_is_told_thing_by_thing_with_fields_by_their_names(self):
        entry = AuditEntry(
            verb="apply_configuration", object_type="configuration",
            details={"changes": {"site": 4}, "lines": list(self.LINES)},
        )  # fmt: skip
        count, *lines = Reader().lines(entry)
        assert (count.name, count.value) == ("Site", "4")
        assert {line.name: line.value.replace("\u202f", " ") for line in lines} == {
            "Charge point A_001": "added · Site: depot · Maximum power: 50 kW",
            "Site depot": "Limit: 200 kW · Smart charging: no → yes · Unknown id tags: Refuse → Accept"
            " · Weekly limits: – → 1 kW (–)",
            "Schedule group depot/1": "Hours: – → Mon–Wed 20:00–06:00",
            "Badge 0012": "removed",
            "Moon base 7": "craters: 3 → 4",
        }
        assert not any(line.whole for line in lines)
