"""The section `charge_points`."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import UNSET

from chargers.quirks import QUIRK_NAMES
from chargers.quirks.modes import read_mode
from chargers.services.passwords import MAX_LENGTH, MIN_LENGTH
from chargers.types import Current, Division, PhaseRotation, SiteMeter
from evkit.console.config_file import checks
from evkit.console.config_file.declarations import ChargePointDeclaration, ConnectorDeclaration, Given
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, Problem
from evkit.console.config_file.reading.shared import PRIORITY, RULE, section
from evkit.core.units import MOST_CURRENT_A, MOST_POWER_W

KEYS = (
    "identity",
    "site",
    "name",
    "zone",
    "security_profile",
    "password",
    "feeder",
    "max_power_w",
    "priority",
    "division",
    "site_meter",
    "operating_mode",
    "heartbeat_interval",
    "quirks",
    "connectors",
)
CONNECTOR_KEYS = (
    "number",
    "max_power_w",
    "max_current_a",
    "phases",
    "phase_rotation",
    "current",
    "priority",
    "distribution",
    "automatic_start",
    "groups",
)
POWER_W = checks.number(above=0, maximum=MOST_POWER_W)
CURRENT_A = checks.number(above=0, maximum=MOST_CURRENT_A)
LABEL = checks.text_up_to(120, empty=True)


def read_charge_point(node: Node, problems: list[Problem]) -> ChargePointDeclaration | None:
    """Return a charge point with its connectors."""
    fields = Fields(node, problems, *KEYS)
    password = fields.optional("password", _password)
    declared = ChargePointDeclaration(
        line=fields.line,
        identity=fields.key("identity", checks.identity),
        site=fields.key("site", checks.slug),
        name=fields.value("name", LABEL),
        zone=fields.value("zone", LABEL),
        security_profile=fields.value("security_profile", checks.integer(0, 3)),
        password=None if password is UNSET else password,
        feeder=fields.optional("feeder", checks.slug),
        max_power_w=fields.optional("max_power_w", POWER_W),
        priority=fields.value("priority", PRIORITY),
        division=fields.value("division", checks.choice(("", *Division.values))),
        site_meter=fields.value("site_meter", checks.choice(("", *SiteMeter.values))),
        operating_mode=fields.value("operating_mode", _operating_mode),
        heartbeat_interval_s=fields.value("heartbeat_interval", checks.integer(1, 86_400)),
        quirks=_read_quirks(fields),
        connectors=section(fields, "connectors", _read_connector),
    )
    return declared if declared.identity and declared.site else None


def _read_quirks(fields: Fields) -> Given[dict[str, bool | None]]:
    """Return the switches of quirks; those left out stay as they are."""
    if not fields.has("quirks"):
        return UNSET
    quirks = fields.within("quirks", *QUIRK_NAMES)
    read = {name: quirks.optional(name, checks.flag) for name in QUIRK_NAMES}
    return {name: on for name, on in read.items() if on is not UNSET}


def _read_connector(node: Node, problems: list[Problem]) -> ConnectorDeclaration | None:
    fields = Fields(node, problems, *CONNECTOR_KEYS)
    number = fields.required("number", checks.integer(1, 1_000))
    declared = ConnectorDeclaration(
        line=fields.line,
        number=0 if number is UNSET else number,
        max_power_w=fields.optional("max_power_w", POWER_W),
        max_current_a=fields.optional("max_current_a", CURRENT_A),
        phases=fields.value("phases", checks.integer(1, 3)),
        phase_rotation=fields.value("phase_rotation", checks.choice(("", *PhaseRotation.values))),
        current=fields.value("current", checks.choice(Current.values)),
        priority=fields.value("priority", PRIORITY),
        distribution=fields.value("distribution", RULE),
        automatic_tag=fields.value("automatic_start", checks.text_up_to(20, empty=True)),
        groups=fields.value("groups", checks.distinct(checks.integer(0, 9))),
    )
    return declared if declared.number else None


def _operating_mode(node: Node) -> dict[str, object]:
    """Return an operating mode as it is stored; {} for what presets and experience say."""
    value = node.plain()
    try:
        read_mode(value)
    except ValueError as error:
        message = _("This is not an operating mode: %(cause)s.")
        raise BadValueError(node.line, message % {"cause": str(error)}) from error
    return dict(value) if isinstance(value, dict) else {}


def _password(node: Node) -> str:
    value = checks.text(node)
    if not MIN_LENGTH <= len(value) <= MAX_LENGTH or not value.isprintable():
        message = _("A password has %(minimum)d to %(maximum)d printable characters.")
        raise BadValueError(node.line, message % {"minimum": MIN_LENGTH, "maximum": MAX_LENGTH})
    return value
