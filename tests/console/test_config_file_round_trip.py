"""Exporting the configuration and applying the export changes nothing, whatever is configured."""

from __future__ import annotations

import os
import string
from datetime import date

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chargers.models import ChargePoint
from chargers.quirks import QUIRK_NAMES
from chargers.types import Division, PhaseRotation, Registration
from evkit.console.config_file.exporting import as_json, as_yaml, export_configuration
from evkit.console.config_file.nodes import Source
from evkit.console.config_file.service import Options, apply_configuration
from evkit.core.clock import utc_now
from evkit.core.units import MOST_CURRENT_A, MOST_POWER_W
from sites.models.project import RETENTION, SHORTEST
from sites.types import AtEnd, Distribution, HolidayRule, Role, UnknownTagPolicy
from tests.factories import ChargePointFactory, SiteFactory

EXAMPLES = int(os.environ.get("EVKIT_EXAMPLES", "15"))

SLUGS = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=12)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20).filter(
    str.strip
)
IDENTITIES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=20)
POSITIVE = st.floats(min_value=0.001, max_value=1e9)
MAXIMA_W = st.none() | st.floats(1, MOST_POWER_W)
MAXIMA_A = st.none() | st.floats(1, MOST_CURRENT_A)
LIMITS = st.none() | st.fixed_dictionaries(
    {"value": st.floats(0, MOST_POWER_W), "unit": st.sampled_from("WA")}
)
TIMES = st.times().map(lambda time: f"{time:%H:%M}")
DAYS = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True)
RANGES = st.lists(
    st.fixed_dictionaries({"days": DAYS, "from": TIMES, "to": TIMES}).filter(
        lambda it: it["from"] != it["to"]
    ),
    max_size=2,
)
COUNTS = st.integers(-100, 100)
MODES = st.fixed_dictionaries(
    {},
    optional={
        "unit": st.sampled_from("AW"),
        "purposes": st.just(["TxDefaultProfile", "TxProfile"]),
        "minimum_a": st.floats(0.5, 80),
        "resumes": st.booleans(),
    },
)
RETENTIONS = st.fixed_dictionaries(
    {},
    optional={name: st.none() | st.integers(SHORTEST.get(name, 1), 36_500) for name in RETENTION}
    | {"archive": st.booleans()},
)


HOLIDAY_RULES = st.sampled_from(HolidayRule.values)
EXCEPTIONS = st.lists(
    st.fixed_dictionaries(
        {"first_day": st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(date.isoformat)},
        optional={
            "hours": st.lists(st.fixed_dictionaries({"from": TIMES, "to": TIMES}), max_size=2),
            "note": TEXTS,
        },
    ),
    max_size=3,
)


def keyed(key: str, keys: st.SearchStrategy[str], /, **optional: st.SearchStrategy[object]):
    """Lists of mappings with a unique key and other keys that may be missing."""
    things = st.fixed_dictionaries({key: keys}, optional=optional)
    return st.lists(things, max_size=4, unique_by=lambda thing: thing[key].strip().upper())


SITES = keyed(
    "code",
    SLUGS,
    name=st.fixed_dictionaries({"fr": TEXTS, "en": TEXTS}),
    timezone=st.sampled_from(["Europe/Paris", "UTC", "America/New_York"]),
    limit=LIMITS,
    limit_schedule=st.lists(
        st.fixed_dictionaries(
            {"limit": LIMITS.filter(bool), "ranges": RANGES},
            optional={"on_holidays": HOLIDAY_RULES, "exceptions": EXCEPTIONS},
        ),
        max_size=2,
    ),
    holidays=st.sampled_from(["", "FR", "FR-57"]),
    voltage_v=POSITIVE,
    smart_charging=st.fixed_dictionaries(
        {},
        optional={
            "enabled": st.booleans(),
            "distribution": st.sampled_from(Distribution.values),
            "launch_reserve": st.integers(0, 10),
            "dead_band": LIMITS.filter(bool),
        },
    ),
    unknown_tags=st.sampled_from(UnknownTagPolicy.values),
    closing=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["free_min", "silent_min", "gone_min"], st.none() | st.integers(1, 9999))
    ),
    feeders=keyed("code", SLUGS, limit=LIMITS),
    groups=st.lists(
        st.fixed_dictionaries(
            {"number": st.integers(0, 9)},
            optional={
                "name": TEXTS,
                "ranges": RANGES,
                "exceptions": EXCEPTIONS,
                "on_holidays": HOLIDAY_RULES,
                "at_end": st.sampled_from(AtEnd.values),
                "distribution": st.sampled_from(["", *Distribution.values]),
            },
        ),
        max_size=3,
        unique_by=lambda group: group["number"],
    ),
)
CONNECTORS = st.lists(
    st.fixed_dictionaries(
        {"number": st.integers(1, 9)},
        optional={
            "max_power_w": MAXIMA_W,
            "max_current_a": MAXIMA_A,
            "phases": st.integers(1, 3),
            "phase_rotation": st.sampled_from(["", *PhaseRotation.values]),
            "current": st.sampled_from(["AC", "DC"]),
            "priority": COUNTS,
            "distribution": st.sampled_from(["", *Distribution.values]),
        },
    ),
    max_size=3,
    unique_by=lambda connector: connector["number"],
)


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, object]:
    """Whole configurations whose references hold."""
    schedules = draw(keyed("code", SLUGS, ranges=RANGES))
    sites = draw(SITES)
    codes = [site["code"] for site in sites]
    charge_points = draw(
        st.lists(
            st.fixed_dictionaries(
                {"identity": IDENTITIES, "site": st.sampled_from(codes)},
                optional={
                    "name": TEXTS,
                    "zone": TEXTS,
                    "security_profile": st.integers(0, 3),
                    "password": st.none() | st.just("a-long-secret"),
                    "max_power_w": MAXIMA_W,
                    "priority": COUNTS,
                    "division": st.sampled_from(["", *Division.values]),
                    "site_meter": st.sampled_from(["", "base"]),
                    "operating_mode": MODES,
                    "heartbeat_interval": st.integers(1, 86400),
                    "quirks": st.dictionaries(st.sampled_from(QUIRK_NAMES), st.booleans()),
                    "connectors": CONNECTORS,
                },
            ),
            max_size=5,
            unique_by=lambda each: each["identity"],
        )
        if codes
        else st.just([])
    )
    metered: set[object] = set()
    for each in charge_points:
        if each.get("site_meter"):
            each["site_meter"] = "" if each["site"] in metered else "base"
            metered.add(each["site"])
    vehicles = draw(
        keyed(
            "code",
            SLUGS,
            name=TEXTS,
            battery_wh=st.none() | POSITIVE,
            priority=COUNTS,
            departs=st.none() | TIMES,
            needs_wh=st.none() | st.floats(1, 1e9),
        )
    )
    known = [vehicle["code"] for vehicle in vehicles]
    tags = draw(
        keyed(
            "value",
            TEXTS,
            vehicle=st.none() | st.sampled_from(known) if known else st.none(),
            expires=st.none() | st.just("2030-12-31T22:00:00.123456+02:00"),
            blocked=st.booleans(),
            concurrent=st.booleans(),
        )
    )
    users = draw(
        keyed(
            "username",
            SLUGS,
            role=st.sampled_from(Role.values),
            language=st.sampled_from(["fr", "en"]),
            sites=st.lists(st.sampled_from(codes), unique=True) if codes else st.just([]),
        )
    )
    return {
        "project": {"limit": draw(LIMITS), "retention": draw(RETENTIONS), "schedules": schedules},
        "sites": sites,
        "charge_points": charge_points,
        "vehicles": vehicles,
        "id_tags": tags,
        "users": users,
    }


def apply(name: str, text: str, **options: bool):
    chosen = Options(with_passwords=False, **options)
    return apply_configuration(source=Source(name, text), now=utc_now(), options=chosen)


@pytest.mark.slow
class TestRoundTrip(TestCase):
    @given(configurations())
    @settings(max_examples=EXAMPLES, deadline=None)
    def test_applying_the_export_changes_nothing(self, configuration):
        apply("a.json", as_json(configuration))
        assert apply("a.json", as_json(configuration)).differences == ()
        exported = export_configuration()
        assert apply("b.yaml", as_yaml(exported), prune=True).differences == ()
        assert apply("b.json", as_json(exported), prune=True).differences == ()
        assert export_configuration() == exported


@pytest.mark.django_db
class TestExport:
    def test_positions_that_are_not_consecutive_survive(self, capsys):
        site = SiteFactory()
        for position, identity in [(30, "C"), (10, "B"), (10, "A")]:
            ChargePointFactory(identity=identity, position=position, site=site)
        text = as_yaml(export_configuration())
        assert apply("a.yaml", text).differences == ()

    def test_what_waits_for_the_administrator_is_left_out(self):
        ChargePointFactory(identity="A", site=None, registration=Registration.PENDING)
        assert export_configuration()["charge_points"] == []
        assert ChargePoint.objects.count() == 1

    def test_passwords_are_never_exported(self, tmp_path, capsys):
        apply(
            "a.yaml", "sites: [{code: s}]\ncharge_points: [{identity: A, site: s, password: a-long-secret}]\n"
        )
        call_command("export_config")
        exported = capsys.readouterr().out
        assert "password: null" in exported
        assert "secret" not in exported

    def test_the_command_writes_json_too(self, capsys):
        apply("a.yaml", "sites: [{code: s}]\n")
        call_command("export_config", "--format", "json")
        assert apply("a.json", capsys.readouterr().out).differences == ()
