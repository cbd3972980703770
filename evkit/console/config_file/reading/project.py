"""The section `project`."""

from __future__ import annotations

from msgspec import UNSET

from evkit.console.config_file import checks
from evkit.console.config_file.declarations import ProjectDeclaration, ScheduleDeclaration
from evkit.console.config_file.fields import Fields
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import Problem
from evkit.console.config_file.reading.shared import limit, section, weekly_range
from sites.models.project import RETENTION, SHORTEST

DAYS_KEPT = {name: checks.integer(SHORTEST.get(name, 1), 36_500) for name in RETENTION}


def read_project(fields: Fields) -> ProjectDeclaration:
    """Return what the keys of `project` declare."""
    retention = fields.within("retention", *RETENTION, "archive")
    told = {name: retention.optional(name, DAYS_KEPT[name]) for name in RETENTION}
    told |= {"archive_removed": retention.value("archive", checks.flag)}
    return ProjectDeclaration(
        limit=limit(fields, "limit"),
        retention={name: value for name, value in told.items() if value is not UNSET},
        schedules=section(fields, "schedules", read_schedule),
    )


def read_schedule(node: Node, problems: list[Problem]) -> ScheduleDeclaration | None:
    """Return a shared schedule."""
    fields = Fields(node, problems, "code", "ranges")
    code = fields.required("code", checks.slug)
    ranges = section(fields, "ranges", weekly_range)
    return None if code is UNSET else ScheduleDeclaration(fields.line, code, ranges)
