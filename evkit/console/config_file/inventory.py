"""What is in the database already, loaded once, by stable key."""

from __future__ import annotations

from dataclasses import dataclass, field

from chargers.models import ChargePoint, Evse
from charging.models import IdToken, Vehicle
from sites.models import Feeder, Project, Schedule, ScheduleGroup, Site, User


@dataclass(slots=True)
class Inventory:
    """The rows that a configuration file can declare; appliers add what they create.

    Feeders are keyed by (site code, code), groups by (site code, number), connectors by
    (identity, number), id tags by their upper-case key.
    """

    project: Project
    schedules: dict[str, Schedule] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    feeders: dict[tuple[str, str], Feeder] = field(default_factory=dict)
    groups: dict[tuple[str, int], ScheduleGroup] = field(default_factory=dict)
    charge_points: dict[str, ChargePoint] = field(default_factory=dict)
    evses: dict[tuple[str, int], Evse] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    id_tags: dict[str, IdToken] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


def take_inventory() -> Inventory:
    """Return the inventory; locks the project's row, so that two files are applied one after the other."""
    Project.objects.get_or_create(pk=1)
    feeders = Feeder.objects.select_related("site", "parent")
    groups = ScheduleGroup.objects.select_related("site", "schedule")
    charge_points = ChargePoint.objects.select_related("site", "feeder")
    evses = Evse.objects.select_related("charge_point").prefetch_related("groups")
    id_tags = IdToken.objects.select_related("vehicle", "parent")
    users = User.objects.prefetch_related("memberships__site")
    return Inventory(
        project=Project.objects.select_for_update().get(pk=1),
        schedules={row.code: row for row in Schedule.objects.all()},
        sites={row.code: row for row in Site.objects.all()},
        feeders={(row.site.code, row.code): row for row in feeders},
        groups={(row.site.code, row.number): row for row in groups},
        charge_points={row.identity: row for row in charge_points},
        evses={(row.charge_point.identity, row.number): row for row in evses},
        vehicles={row.code: row for row in Vehicle.objects.all()},
        id_tags={row.key: row for row in id_tags},
        users={row.username: row for row in users},
    )
