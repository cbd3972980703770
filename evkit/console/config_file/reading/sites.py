"""The section `sites`."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from msgspec import UNSET

from evkit.console.config_file import checks
from evkit.console.config_file.declarations import (
    FeederDeclaration,
    GroupDeclaration,
    LevelDeclaration,
    SiteDeclaration,
    listed,
)
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, Problem
from evkit.console.config_file.reading.shared import (
    ON_HOLIDAYS,
    RULE,
    exceptions,
    limit,
    required_limit,
    section,
    weekly_range,
)
from sites.holiday_calendar import check_region
from sites.types import (
    AtEnd,
    ConcurrencyPolicy,
    Distribution,
    FreeChargingPolicy,
    HolidayRule,
    OfflinePolicy,
    UnknownChargePointPolicy,
    UnknownTagPolicy,
)

KEYS = (
    "code",
    "name",
    "timezone",
    "holidays",
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
GROUP_KEYS = (
    "number", "name", "ranges", "schedule", "distribution", "on_holidays", "at_end", "exceptions"
)  # fmt: skip
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
        holiday_region=fields.value("holidays", _holiday_region),
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
    fields = Fields(node, problems, "limit", "ranges", "on_holidays", "exceptions")
    if not fields.has("limit"):
        fields.required("limit", lambda _node: None)
    value, ranges = required_limit(fields, "limit"), section(fields, "ranges", weekly_range)
    on_holidays, others = fields.value("on_holidays", ON_HOLIDAYS), fields.value("exceptions", exceptions)
    if value is UNSET:
        return None
    return LevelDeclaration(
        limit=value,
        ranges=listed(ranges),
        on_holidays=HolidayRule.USUAL if on_holidays is UNSET else on_holidays,
        exceptions=listed(others),
    )


def _holiday_region(node: Node) -> str:
    region = checks.text_up_to(16, empty=True)(node)
    try:
        if region:
            check_region(region)
    except ValidationError as error:
        raise BadValueError(node.line, error.messages[0]) from error
    return region


def _read_feeder(node: Node, problems: list[Problem]) -> FeederDeclaration | None:
    fields = Fields(node, problems, "code", "parent", "limit")
    code = fields.required("code", checks.slug)
    parent = fields.optional("parent", checks.slug)
    return None if code is UNSET else FeederDeclaration(fields.line, code, parent, limit(fields, "limit"))


def _read_group(node: Node, problems: list[Problem]) -> GroupDeclaration | None:
    fields = Fields(node, problems, *GROUP_KEYS)
    number = fields.required("number", checks.integer(0, 9))
    schedule = fields.optional("schedule", checks.slug)
    if isinstance(schedule, str) and fields.has("ranges"):
        message = _("A group has either ranges of its own or a shared schedule; remove one of the two.")
        fields.note(fields.line_of("schedule"), message)
    declared = GroupDeclaration(
        line=fields.line,
        number=-1 if number is UNSET else number,
        name=fields.value("name", checks.text_up_to(120, empty=True)),
        ranges=section(fields, "ranges", weekly_range),
        schedule=schedule,
        distribution=fields.value("distribution", RULE),
        on_holidays=fields.value("on_holidays", ON_HOLIDAYS),
        at_end=fields.value("at_end", checks.choice(AtEnd.values)),
        exceptions=fields.value("exceptions", exceptions),
    )
    return None if number is UNSET else declared
