"""The sections `vehicles`, `id_tags` and `users`."""

from __future__ import annotations

import re
from datetime import time

from django.conf import settings
from django.utils.translation import gettext as _
from msgspec import UNSET

from evkit.console.config_file import checks
from evkit.console.config_file.declarations import IdTagDeclaration, UserDeclaration, VehicleDeclaration
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, Problem
from evkit.console.config_file.reading.shared import PRIORITY
from sites.types import Role

USERNAME = re.compile(r"[\w.@+-]{1,150}")


def read_vehicle(node: Node, problems: list[Problem]) -> VehicleDeclaration | None:
    """Return a vehicle."""
    fields = Fields(node, problems, "code", "name", "battery_wh", "priority", "departs", "needs_wh")
    declared = VehicleDeclaration(
        line=fields.line,
        code=fields.key("code", checks.slug),
        name=fields.value("name", checks.text_up_to(120)),
        battery_wh=fields.optional("battery_wh", checks.number(above=0)),
        priority=fields.value("priority", PRIORITY),
        departs=fields.optional("departs", _departure),
        needs_wh=fields.optional("needs_wh", checks.number(minimum=1)),
    )
    return declared if declared.code else None


def read_id_tag(node: Node, problems: list[Problem]) -> IdTagDeclaration | None:
    """Return an id tag."""
    fields = Fields(node, problems, "value", "vehicle", "parent", "expires", "blocked", "concurrent")
    declared = IdTagDeclaration(
        line=fields.line,
        value=fields.key("value", checks.text_up_to(255)),
        vehicle=fields.optional("vehicle", checks.slug),
        parent=fields.optional("parent", checks.text_up_to(255)),
        expires_at=fields.optional("expires", checks.moment),
        blocked=fields.value("blocked", checks.flag),
        concurrent=fields.value("concurrent", checks.flag),
    )
    return declared if declared.value else None


def read_user(node: Node, problems: list[Problem]) -> UserDeclaration | None:
    """Return a user."""
    fields = Fields(node, problems, "username", "role", "sites", "language")
    username = fields.required("username", _username)
    role = fields.value("role", checks.choice(Role.values))
    language = fields.value("language", checks.choice(dict(settings.LANGUAGES)))
    sites = fields.value("sites", checks.distinct(checks.slug))
    return None if username is UNSET else UserDeclaration(fields.line, username, role, language, sites)


def _departure(node: Node) -> time:
    try:
        value = time.fromisoformat(checks.text(node))
    except ValueError:
        value = None
    if value is None or value.tzinfo is not None:
        raise BadValueError(node.line, _('A time of day between quotes is expected here, like "20:00".'))
    return value


def _username(node: Node) -> str:
    value = checks.text(node)
    if not USERNAME.fullmatch(value):
        message = _("“%(value)s” cannot be a user name: use letters, digits and any of @ . + - _.")
        raise BadValueError(node.line, message % {"value": value})
    return value
