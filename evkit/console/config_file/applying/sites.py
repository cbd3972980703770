"""Writing the project, its schedules and its sites."""

from __future__ import annotations

from msgspec import UNSET

from charging.models import ClosingRules
from evkit.console.config_file.applying.values import given, level_values, limit_values, range_values
from evkit.console.config_file.declarations import (
    FeederDeclaration,
    GroupDeclaration,
    ProjectDeclaration,
    SiteDeclaration,
    listed,
)
from evkit.console.config_file.differences import Journal, is_new, write
from evkit.console.config_file.inventory import Inventory
from sites.models import Feeder, Schedule, ScheduleGroup, Site
from sites.services.schedules import replace_exceptions


def apply_project(declared: ProjectDeclaration, present: Inventory, journal: Journal) -> None:
    """Write the project's own settings and the shared schedules."""
    settings = {**declared.retention, **limit_values(declared.limit)}
    write(journal, "project", str(present.project), present.project, settings)
    for schedule in listed(declared.schedules):
        row = present.schedules.setdefault(schedule.code, Schedule(code=schedule.code))
        ranges = UNSET if schedule.ranges is UNSET else range_values(schedule.ranges)
        write(journal, "schedule", schedule.code, row, given({"ranges": ranges}))


def apply_site(declared: SiteDeclaration, present: Inventory, journal: Journal) -> None:
    """Write a site, its feeders and its groups."""
    site = present.sites.setdefault(declared.code, Site(code=declared.code))
    values = given(
        {
            "name_en": declared.name_en,
            "name_fr": declared.name_fr,
            "timezone": declared.timezone,
            "holiday_region": declared.holiday_region,
            "limit_schedule": level_values(declared.limit_schedule),
            "voltage_v": declared.voltage_v,
            "smart_charging_enabled": declared.smart_charging_enabled,
            "distribution": declared.distribution,
            "launch_reserve": declared.launch_reserve,
            "unknown_charge_points": declared.unknown_charge_points,
            "unknown_tags": declared.unknown_tags,
            "free_charging": declared.free_charging,
            "concurrency": declared.concurrency,
            "offline_starts": declared.offline_starts,
            "automatic_tag": declared.automatic_tag,
            "automatic_restart": declared.automatic_restart,
        }
    )
    values |= limit_values(declared.limit) | limit_values(declared.dead_band, "dead_band")
    if is_new(site):
        values.setdefault("name_en", values.get("name_fr", declared.code))
        values.setdefault("name_fr", values["name_en"])
    write(journal, "site", declared.code, site, values)
    _apply_closing(site, declared, journal)
    _apply_feeders(site, listed(declared.feeders), present, journal)
    for group in listed(declared.groups):
        _apply_group(site, group, present, journal)


def _apply_closing(site: Site, declared: SiteDeclaration, journal: Journal) -> None:
    """Write when transactions without a stop are presumed ended, where the file says so."""
    values = given(
        {
            "free_min": declared.closing_free_min,
            "silent_min": declared.closing_silent_min,
            "gone_min": declared.closing_gone_min,
        }
    )
    if values:
        rules = ClosingRules.objects.filter(site=site).first() or ClosingRules(site=site)
        write(journal, "closing_rules", site.code, rules, values)


def _apply_feeders(
    site: Site, declared: tuple[FeederDeclaration, ...], present: Inventory, journal: Journal
) -> None:
    """Write the feeders first, their parents afterwards: a parent may be declared below."""
    for feeder in declared:
        row = present.feeders.setdefault((site.code, feeder.code), Feeder(site=site, code=feeder.code))
        write(journal, "feeder", f"{site.code}/{feeder.code}", row, limit_values(feeder.limit))
    for feeder in declared:
        if feeder.parent is not UNSET:
            row = present.feeders[site.code, feeder.code]
            parent = present.feeders[site.code, feeder.parent] if feeder.parent else None
            write(journal, "feeder", f"{site.code}/{feeder.code}", row, {"parent": parent})


def _apply_group(site: Site, declared: GroupDeclaration, present: Inventory, journal: Journal) -> None:
    """Write a group; ranges of its own replace a shared schedule, and the reverse."""
    number = declared.number
    row = present.groups.setdefault((site.code, number), ScheduleGroup(site=site, number=number))
    values = given(
        {
            "name": declared.name,
            "ranges": UNSET if declared.ranges is UNSET else range_values(declared.ranges),
            "distribution": declared.distribution,
            "on_holidays": declared.on_holidays,
            "at_end": declared.at_end,
        }
    )
    if declared.schedule is not UNSET:
        values["schedule"] = present.schedules[declared.schedule] if declared.schedule else None
    if isinstance(declared.schedule, str):
        values["ranges"] = []
    elif declared.ranges is not UNSET:
        values["schedule"] = None
    key = f"{site.code}/{number}"
    write(journal, "group", key, row, values)
    if declared.exceptions is not UNSET:
        before, after = replace_exceptions(row, declared.exceptions)
        if before != after:
            pair = [[each.plain() for each in rows] for rows in (before, after)]
            journal.changed("group", key, "exceptions", *pair)
