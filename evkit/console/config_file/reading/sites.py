"""The section `sites`."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import UNSET

from evkit.console.config_file import checks
from evkit.console.config_file.declarations import (
    FeederDeclaration,
    GroupDeclaration,
    LevelDeclaration,
    SiteDeclaration,
)
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import Problem
from evkit.console.config_file.reading.shared import limit, required_limit, section, weekly_range
from sites.types import (
    ConcurrencyPolicy,
    Distribution,
    FreeChargingPolicy,
    OfflinePolicy,
    UnknownChargePointPolicy,
    UnknownTagPolicy,
)

KEYS = (
    "code",
    "name",
    "timezone",
    "limit",
    "limit_schedule",
    "voltage_v",
    "smart_charging",
    "feeders",
    "unknown_charge_points",
    "unknown_tags",
    "closing",
    "free_charging",
    "concurrency",
    "offline_starts",
    "automatic_start",
    "automatic_restart",
    "groups",
)
SMART_KEYS = ("enabled", "distribution", "launch_reserve", "dead_band")
CLOSING_KEYS = ("free_min", "silent_min", "gone_min")
MINUTES = checks.integer(1, 10_000_000)
NAME = checks.text_up_to(120)
ID_TAG = checks.text_up_to(20, empty=True)
"""OCPP 1.6 §7.28."""


def read_site(node: Node, problems: list[Problem]) -> SiteDeclaration | None:
    """Return a site with its feeders and groups."""
    fields = Fields(node, problems, *KEYS)
    name = fields.within("name", "fr", "en")
    smart = fields.within("smart_charging", *SMART_KEYS)
    closing = fields.within("closing", *CLOSING_KEYS)
    declared = SiteDeclaration(
        line=fields.line,
        code=fields.key("code", checks.slug),
        name_en=name.value("en", NAME),
        name_fr=name.value("fr", NAME),
        timezone=fields.value("timezone", checks.timezone),
        limit=limit(fields, "limit"),
        limit_schedule=section(fields, "limit_schedule", _read_level),
        voltage_v=fields.value("voltage_v", checks.number(above=0)),
        smart_charging_enabled=smart.value("enabled", checks.flag),
        distribution=smart.value("distribution", checks.choice(Distribution.values)),
        launch_reserve=smart.value("launch_reserve", checks.integer(0, 1000)),
        dead_band=required_limit(smart, "dead_band"),
        unknown_charge_points=fields.value(
            "unknown_charge_points", checks.choice(UnknownChargePointPolicy.values)
        ),
        unknown_tags=fields.value("unknown_tags", checks.choice(UnknownTagPolicy.values)),
        closing_free_min=closing.optional("free_min", MINUTES),
        closing_silent_min=closing.optional("silent_min", MINUTES),
        closing_gone_min=closing.optional("gone_min", MINUTES),
        free_charging=fields.value("free_charging", checks.choice(FreeChargingPolicy.values)),
        concurrency=fields.value("concurrency", checks.choice(ConcurrencyPolicy.values)),
        offline_starts=fields.value("offline_starts", checks.choice(OfflinePolicy.values)),
        automatic_tag=fields.value("automatic_start", ID_TAG),
        automatic_restart=fields.value("automatic_restart", checks.flag),
        feeders=section(fields, "feeders", _read_feeder),
        groups=section(fields, "groups", _read_group),
    )
    return declared if declared.code else None


def _read_level(node: Node, problems: list[Problem]) -> LevelDeclaration | None:
    fields = Fields(node, problems, "limit", "ranges")
    if not fields.has("limit"):
        fields.required("limit", lambda _node: None)
    value, ranges = required_limit(fields, "limit"), section(fields, "ranges", weekly_range)
    return None if value is UNSET else LevelDeclaration(value, () if ranges is UNSET else ranges)


def _read_feeder(node: Node, problems: list[Problem]) -> FeederDeclaration | None:
    fields = Fields(node, problems, "code", "parent", "limit")
    code = fields.required("code", checks.slug)
    parent = fields.optional("parent", checks.slug)
    return None if code is UNSET else FeederDeclaration(fields.line, code, parent, limit(fields, "limit"))


def _read_group(node: Node, problems: list[Problem]) -> GroupDeclaration | None:
    fields = Fields(node, problems, "number", "name", "ranges", "schedule")
    number = fields.required("number", checks.integer(0, 9))
    schedule = fields.optional("schedule", checks.slug)
    if isinstance(schedule, str) and fields.has("ranges"):
        message = _("A group has either ranges of its own or a shared schedule; remove one of the two.")
        fields.note(fields.line_of("schedule"), message)
    name = fields.value("name", checks.text_up_to(120, empty=True))
    ranges = section(fields, "ranges", weekly_range)
    return None if number is UNSET else GroupDeclaration(fields.line, number, name, ranges, schedule)
