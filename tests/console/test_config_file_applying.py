"""Applying a configuration file: creates, updates, leaves alone, prunes; twice changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chargers.events import ConfigurationApplied
from chargers.models import ChargePoint, ChargePointState, Command, Evse, EvseState
from chargers.services.passwords import password_matches
from chargers.types import Registration
from charging.models import ClosingRules, IdToken, Vehicle
from evkit.console.config_file.differences import Difference, lines
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.problems import ConfigurationRefusedError
from evkit.console.config_file.service import Options, apply_configuration
from evkit.core.events import Event, bus
from history.models import AuditEntry
from sites.models import Feeder, Project, Schedule, ScheduleGroup, Site, User
from tests.factories import ChargePointFactory, IdTokenFactory, SiteFactory, TransactionFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

FULL = """
project:
  limit: {value: 400000, unit: W}
  retention: {messages_days: 30, meter_samples_days: 365, transactions_days: null,
              commands_days: 60, archive: true}
  schedules:
    - {code: nights, ranges: [{days: [tue, mon], from: "20:00", to: "06:00"}]}
sites:
  - code: depot-nord
    name: {fr: Dépôt Nord, en: North depot}
    timezone: Europe/Paris
    holidays: FR-57
    limit: {value: 400, unit: A}
    limit_schedule:
      - limit: {value: 90, unit: A}
        ranges: [{days: [mon], from: "17:00", to: "20:00"}]
        on_holidays: inactive
        exceptions: [{first_day: 2026-12-24, note: closed}]
    voltage_v: 230
    smart_charging:
      {enabled: true, distribution: priority, launch_reserve: 2, dead_band: {value: 2, unit: A}}
    feeders:
      - {code: f2, parent: f1, limit: {value: 100, unit: A}}
      - {code: f1, parent: null, limit: {value: 250, unit: A}}
    unknown_charge_points: pending
    unknown_tags: operator
    closing: {free_min: 10, gone_min: null}
    groups:
      - {number: 0, name: Night, ranges: [{days: [mon], from: "20:00", to: "06:00"}]}
      - number: 1
        schedule: nights
        distribution: deadline
        on_holidays: sunday
        at_end: stop
        exceptions:
          - {first_day: 2026-12-26, hours: [{from: "08:00", to: "12:00"}]}
          - {first_day: 2026-12-24, last_day: 2026-12-25, note: Christmas}
charge_points:
  - identity: A_001
    site: depot-nord
    name: First
    zone: Hall
    security_profile: 1
    password: a-long-secret
    feeder: f2
    max_power_w: 100000
    heartbeat_interval: 300
    quirks: {tag_suffix: true, watts_only: null}
    connectors:
      - {number: 1, max_power_w: 50000, current: DC, priority: 3, groups: [0, 1]}
      - {number: 2, max_current_a: 32, phases: 1, phase_rotation: STR, current: AC}
  - {identity: A_000, site: depot-nord}
vehicles:
  - {code: bus-212, name: Bus 212, battery_wh: 350000, priority: 2}
id_tags:
  - {value: b4a63cdf2212, vehicle: bus-212, parent: MASTER, expires: 2030-12-31T22:00:00+02:00, blocked: true}
  - {value: MASTER, concurrent: true}
users:
  - {username: operator1, role: operator, sites: [depot-nord], language: fr}
"""


def apply(text: str, name: str = "depot.yaml", **options):
    return apply_configuration(source=Source(name, text), now=NOW, options=Options(**options))


def code_of(row):
    return None if row is None else row.code


def refusal_of(text: str, **options) -> list[tuple[int, str]]:
    with pytest.raises(ConfigurationRefusedError) as caught:
        apply(text, **options)
    return [(problem.line, problem.message) for problem in caught.value.problems]


class TestEveryKey:
    def test_project_and_schedules_are_written(self):
        apply(FULL)
        project = Project.objects.get()
        assert (project.limit_value, project.limit_unit) == (400_000, "W")
        assert (project.messages_days, project.meter_samples_days, project.transactions_days) == (
            30,
            365,
            None,
        )
        assert (project.commands_days, project.archive_removed) == (60, True)
        assert Schedule.objects.get().ranges == [{"days": ["mon", "tue"], "from": "20:00", "to": "06:00"}]

    def test_sites_are_written(self):
        apply(FULL)
        site = Site.objects.get()
        assert (site.name_fr, site.name_en, site.timezone) == ("Dépôt Nord", "North depot", "Europe/Paris")
        assert (site.limit_value, site.limit_unit, site.voltage_v) == (400, "A", 230)
        hours = {"days": ["mon"], "from": "17:00", "to": "20:00"}
        closed = {"first_day": "2026-12-24", "last_day": "2026-12-24", "hours": [], "note": "closed"}
        assert site.limit_schedule == [
            {"value": 90, "unit": "A", "ranges": [hours], "on_holidays": "inactive", "exceptions": [closed]}
        ]
        assert site.holiday_region == "FR-57"
        assert (site.smart_charging_enabled, site.distribution, site.launch_reserve) == (True, "priority", 2)
        assert (site.dead_band_value, site.dead_band_unit) == (2, "A")
        assert (site.unknown_charge_points, site.unknown_tags) == ("pending", "operator")
        rules = ClosingRules.objects.get(site=site)
        assert (rules.free_min, rules.silent_min, rules.gone_min) == (10, 1440, None)

    def test_feeders_are_written_whatever_their_order(self):
        apply(FULL)
        feeder = Feeder.objects.get(code="f2")
        assert (code_of(feeder.parent), feeder.limit_value, feeder.limit_unit) == ("f1", 100, "A")

    def test_groups_have_ranges_or_a_shared_schedule(self):
        apply(FULL)
        night, shared = ScheduleGroup.objects.order_by("number")
        assert (night.name, night.schedule, len(night.ranges)) == ("Night", None, 1)
        assert (code_of(shared.schedule), shared.ranges) == ("nights", [])
        assert (night.distribution, night.on_holidays, night.at_end) == ("", "usual", "pause")
        assert (shared.distribution, shared.on_holidays, shared.at_end) == ("deadline", "sunday", "stop")

    def test_exceptions_of_groups_are_replaced_as_a_whole(self):
        apply(FULL)
        shared = ScheduleGroup.objects.get(number=1)
        days = [(f"{each.first_day}", f"{each.last_day}", each.spans) for each in shared.exceptions.all()]
        assert days == [
            ("2026-12-24", "2026-12-25", []),
            ("2026-12-26", "2026-12-26", [["08:00", "12:00"]]),
        ]
        apply("sites: [{code: depot-nord, groups: [{number: 1, name: Shared}]}]")
        assert shared.exceptions.count() == 2
        apply("sites: [{code: depot-nord, groups: [{number: 1, exceptions: []}]}]")
        assert shared.exceptions.count() == 0

    @pytest.mark.parametrize(
        ("wrong", "line"),
        [
            ("[{first_day: 2026-12-24}, {first_day: 2026-12-24, last_day: 2026-12-01}]", 3),
            ("[{day: 2026-12-24}]", 3),
            ("[{first_day: 2026-12-24, hours: [8-12]}]", 3),
            ("{first_day: 2026-12-24}", 3),
        ],
    )
    def test_an_exception_that_is_none_is_refused_with_its_line(self, wrong, line):
        text = f"sites:\n- code: s\n  groups: [{{number: 1, exceptions: {wrong}}}]\n"
        with pytest.raises(ConfigurationRefusedError) as refused:
            apply(text)
        assert [problem.line for problem in refused.value.problems] == [line]
        assert not Site.objects.exists()

    def test_charge_points_are_written_with_their_state_rows(self):
        apply(FULL)
        first = ChargePoint.objects.get(identity="A_001")
        assert (code_of(first.site), first.name, first.zone, code_of(first.feeder)) == (
            "depot-nord",
            "First",
            "Hall",
            "f2",
        )
        assert first.quirk_switches == {"tag_suffix": True}
        assert (first.security_profile, first.max_power_w, first.heartbeat_interval_s) == (1, 100_000, 300)
        assert password_matches(first, b"a-long-secret")
        assert ChargePointState.objects.filter(charge_point=first).exists()

    def test_connectors_are_written_with_their_state_rows(self):
        apply(FULL)
        one, two = Evse.objects.order_by("number")
        assert (one.max_power_w, one.current, one.priority) == (50_000, "DC", 3)
        assert [group.number for group in one.groups.order_by("number")] == [0, 1]
        assert (two.max_current_a, two.phases, two.current, two.declared) == (32, 1, "AC", True)
        assert (one.phase_rotation, two.phase_rotation) == ("", "STR")
        assert EvseState.objects.count() == 2

    def test_charge_points_keep_the_order_of_the_file(self):
        apply(FULL)
        assert [each.identity for each in ChargePoint.objects.all()] == ["A_001", "A_000"]

    def test_vehicles_and_id_tags_are_written(self):
        apply(FULL)
        vehicle = Vehicle.objects.get()
        assert (vehicle.code, vehicle.name, vehicle.battery_wh, vehicle.priority) == (
            "bus-212",
            "Bus 212",
            350_000,
            2,
        )
        tag = IdToken.objects.get(key="B4A63CDF2212")
        assert (tag.value, tag.vehicle, str(tag.parent), tag.blocked) == (
            "b4a63cdf2212",
            vehicle,
            "MASTER",
            True,
        )
        assert tag.expires_at == datetime(2030, 12, 31, 20, tzinfo=UTC)
        assert IdToken.objects.get(key="MASTER").concurrent

    def test_users_get_a_generated_password_that_is_told_once(self):
        outcome = apply(FULL)
        user = User.objects.get()
        assert (user.role, user.language, user.is_staff) == ("operator", "fr", False)
        assert [site.code for site in user.sites.all()] == ["depot-nord"]
        assert user.check_password(outcome.passwords["operator1"])
        assert apply(FULL).passwords == {}

    def test_users_get_no_password_on_request(self):
        outcome = apply(FULL, with_passwords=False)
        assert outcome.passwords == {}
        assert not User.objects.get().has_usable_password()


class TestIdempotence:
    def test_a_second_time_nothing_changes(self):
        apply(FULL)
        assert apply(FULL).differences == ()

    def test_nothing_to_change_is_neither_audited_nor_told(self):
        apply(FULL)
        audited = AuditEntry.objects.count()
        apply(FULL)
        assert AuditEntry.objects.count() == audited

    def test_a_second_time_costs_the_same_queries_however_much_is_declared(self):
        def queries_of(text):
            apply(text)
            with CaptureQueriesContext(connection) as captured:
                assert apply(text).differences == ()
            return len(captured)

        many = "\n".join(
            f"  - {{identity: B_{n}, site: depot-nord, connectors: [{{number: 1, groups: [0]}}]}}"
            for n in range(40)
        )
        assert queries_of(FULL) == queries_of(FULL.replace("vehicles:", many + "\nvehicles:"))


class TestDifferences:
    def test_a_change_names_kind_key_field_old_and_new(self):
        apply(FULL)
        outcome = apply("sites:\n  - code: depot-nord\n    limit: {value: 300, unit: A}\n")
        assert outcome.differences == (Difference("site", "depot-nord", "limit_value", 400.0, 300.0),)
        assert list(lines(outcome.differences)) == ["~ site depot-nord", "    limit_value: 400 -> 300"]

    def test_a_password_is_never_shown(self):
        outcome = apply(FULL)
        assert Difference("charge_point", "A_001", "password", None, "***") in outcome.differences
        assert "a-long-secret" not in str(outcome)

    def test_a_dry_run_tells_the_same_and_keeps_nothing(self):
        told = apply(FULL, dry_run=True)
        assert not Site.objects.exists()
        assert not User.objects.exists()
        assert told.passwords == {}
        assert told.differences == apply(FULL).differences

    def test_the_audit_journal_tells_who_applied_what(self):
        apply(FULL)
        entry = AuditEntry.objects.get(verb="apply_configuration")
        assert (entry.object_type, entry.object_key) == ("configuration", "depot.yaml")
        assert entry.details["changes"]["site"] > 0
        assert "+ site depot-nord" in entry.details["lines"]
        assert "a-long-secret" not in str(entry.details)

    def test_an_event_tells_after_the_commit(self, django_capture_on_commit_callbacks):
        told: list[Event] = []
        listen = told.extend
        bus.subscribe(ConfigurationApplied, listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                apply(FULL)
            bus.flush()
        finally:
            bus.unsubscribe(listen)
        assert told == [ConfigurationApplied()]


class TestPartialFiles:
    def test_absent_things_and_keys_are_left_alone(self):
        apply(FULL)
        before = Evse.objects.values().get(number=1)
        apply("charge_points:\n  - {identity: A_001, site: depot-nord, connectors: [{number: 2}]}\n")
        assert Evse.objects.values().get(number=1) == before
        first = ChargePoint.objects.get(identity="A_001")
        assert (first.max_power_w, first.name, code_of(first.feeder)) == (100_000, "First", "f2")

    def test_null_empties_a_value(self):
        apply(FULL)
        apply(
            "sites:\n  - {code: depot-nord, limit: null}\n"
            "charge_points:\n  - {identity: A_001, site: depot-nord, max_power_w: null, feeder: null}\n"
        )
        first = ChargePoint.objects.get(identity="A_001")
        assert (first.max_power_w, first.feeder) == (None, None)
        assert Site.objects.get().limit_value is None

    def test_a_null_password_leaves_the_present_one(self):
        apply(FULL)
        apply(FULL.replace("a-long-secret", "null"))
        assert password_matches(ChargePoint.objects.get(identity="A_001"), b"a-long-secret")

    def test_another_password_replaces_the_present_one(self):
        apply(FULL)
        outcome = apply(FULL.replace("a-long-secret", "another-secret"))
        assert outcome.differences == (Difference("charge_point", "A_001", "password", "***", "***"),)
        assert password_matches(ChargePoint.objects.get(identity="A_001"), b"another-secret")

    def test_ranges_replace_a_shared_schedule_and_the_reverse(self):
        apply(FULL)
        group = "sites:\n  - {code: depot-nord, groups: [{number: 1, %s}]}\n"
        apply(group % 'ranges: [{days: [sun], from: "00:00", to: "24:00"}]')
        changed = ScheduleGroup.objects.get(number=1)
        assert (changed.schedule, changed.ranges[0]["days"]) == (None, ["sun"])
        apply(group % "schedule: nights")
        changed = ScheduleGroup.objects.get(number=1)
        assert (code_of(changed.schedule), changed.ranges) == ("nights", [])

    def test_a_charge_point_that_moves_leaves_feeder_and_groups_behind(self):
        apply(FULL)
        apply("sites: [{code: south}]\ncharge_points: [{identity: A_001, site: south}]\n")
        moved = ChargePoint.objects.get(identity="A_001")
        assert (code_of(moved.site), moved.feeder) == ("south", None)
        assert not moved.evses.get(number=1).groups.exists()

    def test_the_meter_of_a_site_passes_to_another_charge_point(self):
        points = "- {{identity: A, site: s{}}}\n- {{identity: B, site: s{}}}\n"
        both = f"sites: [{{{{code: s}}}}]\ncharge_points:\n{points}"
        apply(both.format("", ', site_meter: "base"'))
        apply(both.format(", site_meter: base", ', site_meter: ""'))
        assert ChargePoint.objects.exclude(site_meter="").get().identity == "A"

    def test_a_second_meter_of_a_site_is_refused(self):
        apply("sites: [{code: s}, {code: t}]\ncharge_points: [{identity: A, site: s, site_meter: base}]\n")
        second = "charge_points: [{identity: B, site: s, site_meter: base}]\n"
        expected = "A is the meter of this site already. Give it an empty site_meter first."
        assert refusal_of(second) == [(1, expected)]
        twice = "charge_points:\n" + "".join(
            f"- {{identity: {identity}, site: t, site_meter: base}}\n" for identity in "CD"
        )
        assert refusal_of(twice) == [(3, expected.replace("A", "C", 1))]

    def test_a_charge_point_that_moves_is_the_meter_of_its_new_site_only_if_the_file_says_so(self):
        apply("sites: [{code: s}, {code: t}]\ncharge_points: [{identity: A, site: s, site_meter: base}]\n")
        apply("charge_points: [{identity: A, site: t}]\n")
        assert ChargePoint.objects.get().site_meter == ""
        apply("charge_points: [{identity: A, site: s, site_meter: base}]\n")
        apply("charge_points: [{identity: A, site: t, site_meter: base}]\n")
        moved = ChargePoint.objects.get()
        assert (code_of(moved.site), moved.site_meter) == ("t", "base")

    def test_a_new_site_is_named_after_its_code(self):
        apply("sites: [{code: south}]\n")
        assert str(Site.objects.get()) == "south"

    def test_a_connector_told_by_the_charge_point_becomes_declared(self):
        ChargePointFactory(identity="A_001", site=SiteFactory(code="a"), evses=1, evses__declared=False)
        apply("charge_points: [{identity: A_001, site: a, connectors: [{number: 1}]}]\n")
        assert Evse.objects.get().declared

    def test_a_waiting_charge_point_is_accepted_and_asked_to_boot_again(self):
        ChargePointFactory(
            identity="A_001",
            site=None,
            registration=Registration.PENDING,
            state__connected=True,
        )
        apply("sites: [{code: a}]\ncharge_points: [{identity: A_001, site: a}]\n")
        accepted = ChargePoint.objects.get()
        assert (accepted.registration, code_of(accepted.site)) == (Registration.ACCEPTED, "a")
        assert [command.action for command in Command.objects.all()] == ["TriggerMessage"]

    def test_a_rejected_charge_point_stays_rejected(self):
        ChargePointFactory(identity="A_001", site=SiteFactory(code="a"), registration=Registration.REJECTED)
        apply("charge_points: [{identity: A_001, site: a}]\n")
        assert ChargePoint.objects.get().registration == Registration.REJECTED


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("charge_points:\n  - {identity: A, site: nowhere}\n", (2, "There is no site “nowhere”.")),
            (
                "sites: [{code: s}]\ncharge_points:\n  - {identity: A, site: s, feeder: f}\n",
                (3, "The site has no feeder “f”."),
            ),
            (
                (
                    "sites: [{code: s}, {code: t, feeders: [{code: f}]}]\n"
                    "charge_points:\n  - {identity: A, site: s, feeder: f}\n"
                ),
                (3, "The site has no feeder “f”."),
            ),
            (
                (
                    "sites: [{code: s}]\ncharge_points:\n  - identity: A\n    site: s\n    connectors:\n"
                    "      - {number: 1, groups: [3]}\n"
                ),
                (6, "The site has no group 3."),
            ),
            (
                "sites:\n  - code: s\n    feeders:\n      - {code: f, parent: g}\n",
                (4, "The site has no feeder “g”."),
            ),
            (
                "sites:\n  - code: s\n    groups:\n      - {number: 0, schedule: x}\n",
                (4, "The project has no schedule “x”."),
            ),
            ("id_tags:\n  - {value: T, vehicle: v}\n", (2, "There is no vehicle “v”.")),
            ("id_tags:\n  - {value: T, parent: P}\n", (2, "There is no id tag “P”.")),
            ("users:\n  - {username: u, sites: [s]}\n", (2, "There is no site “s”.")),
            ("id_tags:\n  - {value: T, parent: t}\n", (2, "The id tag “T” is its own parent.")),
        ],
    )
    def test_what_does_not_exist_is_refused_with_its_line(self, text, expected):
        assert refusal_of(text) == [expected]
        assert not (Site.objects.exists())
        assert not (ChargePoint.objects.exists())
        assert not (IdToken.objects.exists())

    def test_what_is_in_the_system_already_can_be_referred_to(self):
        apply(FULL)
        connectors = "connectors: [{number: 1, groups: [1]}]"
        apply(f"charge_points: [{{identity: B, site: depot-nord, feeder: f1, {connectors}}}]")
        assert Evse.objects.get(charge_point__identity="B").groups.get().number == 1

    def test_feeders_above_each_other_are_refused(self):
        text = "sites:\n- code: s\n  feeders:\n  - {code: f, parent: g}\n  - {code: g, parent: f}\n"
        assert refusal_of(text) == [
            (4, "The feeder “f” is above itself."),
            (5, "The feeder “g” is above itself."),
        ]

    def test_a_cycle_through_what_is_in_the_system_is_refused(self):
        apply(FULL)
        text = "sites:\n- code: depot-nord\n  feeders:\n  - {code: f1, parent: f2}\n"
        assert refusal_of(text) == [(4, "The feeder “f1” is above itself.")]
        tags = "id_tags:\n- {value: MASTER, parent: B4A63CDF2212}\n"
        assert refusal_of(tags) == [(2, "The id tag “MASTER” is its own parent.")]

    def test_the_last_administrator_keeps_the_role(self):
        apply("users: [{username: boss, role: administrator}]\n")
        found = refusal_of("sites: [{code: s}]\nusers:\n  - {username: boss, role: guest}\n")
        assert [line for line, _ in found] == [3]
        assert User.objects.get().role == "administrator"
        assert not Site.objects.exists()


class TestPrune:
    def test_without_it_nothing_is_removed(self):
        apply(FULL)
        apply("charge_points: []\nvehicles: []\nid_tags: []\n")
        assert ChargePoint.objects.count() == 2

    def test_what_the_sections_of_the_file_leave_out_is_removed(self):
        apply(FULL)
        outcome = apply(
            "project: {schedules: []}\n"
            "sites: [{code: depot-nord, groups: [], feeders: []}]\n"
            "charge_points: [{identity: A_001, site: depot-nord, connectors: [{number: 2}]}]\n"
            "vehicles: []\nid_tags: []\n",
            prune=True,
        )
        removed = sorted(
            (each.kind, each.key) for each in outcome.differences if each.new is None and not each.field
        )
        assert removed == [
            ("charge_point", "A_000"),
            ("connector", "A_001/1"),
            ("feeder", "depot-nord/f1"),
            ("feeder", "depot-nord/f2"),
            ("group", "depot-nord/0"),
            ("group", "depot-nord/1"),
            ("id_tag", "MASTER"),
            ("id_tag", "b4a63cdf2212"),
            ("schedule", "nights"),
            ("vehicle", "bus-212"),
        ]

    def test_what_is_about_to_be_removed_cannot_be_referred_to(self):
        apply(FULL)
        text = (
            "sites: [{code: depot-nord, feeders: []}]\n"
            "charge_points:\n- {identity: A_001, site: depot-nord, feeder: f1}\n"
        )
        assert refusal_of(text, prune=True) == [(3, "The site has no feeder “f1”.")]

    def test_a_section_that_the_file_does_not_have_is_left_alone(self):
        apply(FULL)
        outcome = apply("vehicles: []\n", prune=True)
        assert [each.kind for each in outcome.differences] == ["vehicle"]

    def test_users_are_never_removed(self):
        apply(FULL)
        apply("users: []\n", prune=True)
        assert User.objects.count() == 1

    def test_a_charge_point_that_waits_for_a_site_stays(self):
        ChargePointFactory(site=None, registration=Registration.PENDING)
        apply("charge_points: []\n", prune=True)
        assert ChargePoint.objects.count() == 1

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("charge_points: []\n", "charge_point A_001"),
            ("charge_points: [{identity: A_001, site: a, connectors: []}]\n", "connector A_001/1"),
            ("id_tags: []\n", "id_tag TAG"),
        ],
    )
    def test_what_has_transactions_is_never_removed(self, text, kind):
        charge_point = ChargePointFactory(identity="A_001", site=SiteFactory(code="a"), evses=1)
        TransactionFactory(evse=charge_point.evses.get(), id_token=IdTokenFactory(value="TAG"))
        assert refusal_of(text, prune=True) == [
            (0, f"{kind} has transactions and cannot be removed; declare it.")
        ]
        assert ChargePoint.objects.count() == 1
        assert Evse.objects.count() == 1

    def test_a_site_with_charge_points_that_the_file_does_not_speak_of_stays(self):
        apply(FULL)
        assert refusal_of("sites: []\n", prune=True) == [
            (0, "site depot-nord is still used and cannot be removed; declare it.")
        ]
        assert Site.objects.exists()
