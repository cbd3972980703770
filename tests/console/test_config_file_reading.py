"""Refusals: every problem is told with its line, and nothing is changed."""

from __future__ import annotations

import json

import pytest

from evkit.console.config_file.nodes import Source, read_nodes
from evkit.console.config_file.problems import ConfigurationRefusedError
from evkit.console.config_file.reading.configuration import read_configuration


def problems_of(text: str, name: str = "depot.yaml") -> list[tuple[int, str]]:
    with pytest.raises(ConfigurationRefusedError) as caught:
        read_configuration(Source(name, text))
    return [(problem.line, problem.message) for problem in caught.value.problems]


class TestUnknownKeys:
    def test_the_nearest_known_key_is_suggested(self):
        assert problems_of("sites:\n  - code: a\n    timezne: Europe/Paris\n") == [
            (3, "The key “timezne” is not known here; did you mean “timezone”?")
        ]

    def test_without_a_near_one_the_known_keys_are_listed(self):
        assert problems_of("project:\n  xyzzy: 1\n") == [
            (2, "The key “xyzzy” is not known here; known keys: limit, retention, schedules.")
        ]

    def test_unknown_sections_are_refused(self):
        assert problems_of("chargepoints: []\n") == [
            (1, "The key “chargepoints” is not known here; did you mean “charge_points”?")
        ]

    def test_every_problem_of_a_file_is_told_at_once(self):
        text = "sites:\n  - code: a b\n    voltage_v: 0\ncharge_points:\n  - site: a\n"
        assert problems_of(text) == [
            (2, "“a b” is not a code: use letters, digits, hyphens and underscores."),
            (3, "A number greater than 0 is expected here."),
            (5, "The key “identity” is missing."),
        ]


class TestValues:
    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("timezone: Mars/Olympus", "“Mars/Olympus” is not a time zone; write for example Europe/Paris."),
            ("limit: {value: -1, unit: W}", "A number of at least 0 is expected here."),
            ("limit: {value: .nan, unit: W}", "A number is expected here."),
            ("limit: {value: true, unit: W}", "A number is expected here."),
            ("limit: {value: 5, unit: kW}", "One of these is expected here: W, A."),
            ("limit: 5", "A mapping of keys to values is expected here."),
            ("limit: {value: 5}", "The key “unit” is missing."),
            (
                "name: {fr: 12, en: x}",
                "Text is expected here; put numbers, dates and words like yes or no between quotes.",
            ),
            ("smart_charging: {enabled: 1}", "true or false is expected here."),
            (
                "smart_charging: {distribution: fair}",
                "One of these is expected here: equal, capacity, priority, first_come, deadline, hybrid.",
            ),
            ("unknown_tags: maybe", "One of these is expected here: refuse, accept, operator."),
            ("groups: {number: 0}", "A list is expected here."),
            ("groups: [{number: 10}]", "A whole number from 0 to 9 is expected here."),
            ("feeders: [{parent: null}]", "The key “code” is missing."),
        ],
    )
    def test_a_bad_value_of_a_site_is_refused(self, line, message):
        assert problems_of(f"sites:\n  - code: a\n    {line}\n") == [(3, message)]

    @pytest.mark.parametrize(
        ("ranges", "message"),
        [
            ('{days: [mon], from: "20:00", to: "20:00"}', "This range is empty; "),
            ("{days: [mon], from: 20:00, to: '06:00'}", "A time of day between quotes is expected here, "),
            ('{days: [mon], from: "24:00", to: "06:00"}', 'A range starts at "23:59" at the latest.'),
            ('{days: [mon], from: "20:00", to: "25:00"}', "A time of day between quotes is expected here, "),
            ('{days: [], from: "20:00", to: "06:00"}', "Name at least one day."),
            ('{days: [mon, mon], from: "20:00", to: "06:00"}', "This list names something twice."),
            ('{days: [lundi], from: "20:00", to: "06:00"}', "One of these is expected here: mon, "),
        ],
    )
    def test_a_bad_range_is_refused(self, ranges, message):
        found = problems_of(f"project:\n  schedules:\n    - code: nights\n      ranges: [{ranges}]\n")
        assert [line for line, _ in found] == [4]
        assert found[0][1].startswith(message)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("security_profile: 4", "A whole number from 0 to 3 is expected here."),
            ("password: short", "A password has 8 to 255 printable characters."),
            ("max_power_w: 0", "A number greater than 0 is expected here."),
            ("max_power_w: 1.0e+308", "A number of at most 100000000 is expected here."),
            (
                "quirks: {tag_sufix: true}",
                "The key “tag_sufix” is not known here; did you mean “tag_suffix”?",
            ),
            ("heartbeat_interval: 0", "A whole number from 1 to 86400 is expected here."),
            ("connectors: [{number: 0}]", "A whole number from 1 to 1000 is expected here."),
            ("connectors: [{number: 1, phases: 4}]", "A whole number from 1 to 3 is expected here."),
            (
                "connectors: [{number: 1, phase_rotation: RSR}]",
                "One of these is expected here: , RST, RTS, SRT, STR, TRS, TSR.",
            ),
            ("connectors: [{number: 1, current: XC}]", "One of these is expected here: AC, DC."),
            ("connectors: [{number: 1, groups: [1, 1]}]", "This list names something twice."),
        ],
    )
    def test_a_bad_value_of_a_charge_point_is_refused(self, line, message):
        text = f"charge_points:\n  - identity: A_001\n    site: a\n    {line}\n"
        assert problems_of(text) == [(4, message)]

    @pytest.mark.parametrize(
        "moment", ["2030-12-31", "2030-12-31T10:00:00", "tomorrow", "12", "9999-12-31T23:59:59-14:00"]
    )
    def test_an_expiry_needs_a_time_with_offset(self, moment):
        found = problems_of(f"id_tags:\n  - value: ABC\n    expires: {moment}\n")
        assert [line for line, _ in found] == [3]

    def test_a_number_as_id_tag_must_be_quoted(self):
        found = problems_of("id_tags:\n  - value: 0012\n")
        assert found[0][1].startswith("Text is expected here")

    def test_ranges_and_a_shared_schedule_exclude_each_other(self):
        text = "sites:\n  - code: a\n    groups:\n      - {number: 0, schedule: x, ranges: []}\n"
        assert problems_of(text) == [
            (4, "A group has either ranges of its own or a shared schedule; remove one of the two.")
        ]


class TestDuplicates:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("sites:\n  - code: a\n  - code: a\n", (3, "“a” is declared twice; the first time in line 2.")),
            (
                "id_tags:\n  - value: abc\n  - value: ABC\n",
                (3, "“ABC” is declared twice; the first time in line 2."),
            ),
            (
                (
                    "charge_points:\n  - identity: A\n    site: s\n    connectors:\n"
                    "      - number: 1\n      - number: 1\n"
                ),
                (6, "“1” is declared twice; the first time in line 5."),
            ),
            (
                "users:\n  - username: u\n  - username: u\n",
                (3, "“u” is declared twice; the first time in line 2."),
            ),
        ],
    )
    def test_a_key_declared_twice_is_refused(self, text, expected):
        assert problems_of(text) == [expected]

    @pytest.mark.parametrize(
        ("name", "text"), [("a.yaml", "sites: []\nsites: []\n"), ("a.json", '{"sites": [],\n"sites": []}')]
    )
    def test_a_mapping_key_that_occurs_twice_is_refused(self, name, text):
        assert problems_of(text, name) == [(2, "The key “sites” occurs twice.")]


class TestSyntax:
    @pytest.mark.parametrize(
        ("name", "text", "line"),
        [
            ("a.yaml", "sites:\n  - code: [\n", 3),
            ("a.yaml", "sites: !!python/object:os.system {}\n", 1),
            ("a.yaml", "", 1),
            ("a.json", '{"sites":\n [}', 2),
            ("a.json", "", 1),
            ("a.json", '{"sites": []} x', 1),
            ("a.json", '{"sites": NaN}', 1),
            ("a.json", '{"sites" []}', 1),
            ("a.json", '{"sites": [1 2]}', 1),
            ("a.json", '{\n"sites": "\n"}', 2),
        ],
    )
    def test_text_that_cannot_be_read_is_refused_with_its_line(self, name, text, line):
        assert [found for found, _ in problems_of(text, name)] == [line]

    def test_the_message_names_file_line_and_cause(self):
        with pytest.raises(ConfigurationRefusedError) as caught:
            read_configuration(Source("conf/depot.yaml", "sites:\n  - codes: a\n"))
        assert caught.value.message.splitlines() == [
            "conf/depot.yaml:2: The key “codes” is not known here; did you mean “code”?",
            "conf/depot.yaml:2: The key “code” is missing.",
        ]

    def test_deep_nesting_is_refused(self):
        assert problems_of("[" * 100 + "]" * 100, "a.json") == [
            (1, "The file is nested too deeply or too large.")
        ]

    def test_an_alias_that_contains_itself_is_refused(self):
        assert problems_of("sites: &a [*a]\n")[0][1] == "The file is nested too deeply or too large."


class TestReadNodes:
    def test_json_and_yaml_say_the_same(self):
        data = {"a": [1, 2.5, None, True, "é\U0001f600\t"], "b": {"c": "20:00"}, "d": [], "e": {}}
        text = json.dumps(data, indent="\t")

        def plain(node):
            if isinstance(node.value, dict):
                return {key: plain(member) for key, member in node.value.items()}
            return [plain(item) for item in node.value] if isinstance(node.value, tuple) else node.value

        assert plain(read_nodes(Source("a.json", text))) == data
        assert plain(read_nodes(Source("a.yaml", json.dumps(data, ensure_ascii=False)))) == data
