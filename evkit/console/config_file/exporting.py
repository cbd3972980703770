"""Writing the present configuration as a configuration file; applying it again changes nothing."""

from __future__ import annotations

import json
from typing import Any

import yaml

from chargers.models import ChargePoint, Evse
from chargers.quirks import read_switches
from chargers.types import Registration
from charging.models import ClosingRules, IdToken, Vehicle
from sites.models import Feeder, Project, Schedule, ScheduleGroup, Site, User
from sites.models.project import RETENTION

Section = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    """Writes texts with unusual characters in double quotes, where they are escaped."""


def _represent_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None if value.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _represent_text)


def export_configuration() -> Section:
    """Return the configuration as plain data; passwords are never in it.

    Left out: charge points that wait for the administrator, connectors that nobody declared.
    """
    sites = Site.objects.prefetch_related("feeders__parent", "groups__schedule", "groups__exceptions")
    accepted = ChargePoint.objects.exclude(registration=Registration.PENDING).exclude(site=None)
    charge_points = accepted.select_related("site", "feeder").prefetch_related("evses__groups")
    return {
        "project": _project(),
        "sites": [_site(site) for site in sites],
        "charge_points": [
            _charge_point(each) for each in charge_points.order_by("site__code", "position", "identity")
        ],
        "vehicles": [_vehicle(each) for each in Vehicle.objects.all()],
        "id_tags": [_id_tag(each) for each in IdToken.objects.select_related("vehicle", "parent")],
        "users": [_user(each) for each in User.objects.prefetch_related("memberships__site")],
    }


def as_yaml(configuration: Section) -> str:
    """Return exported configuration as YAML."""
    text: str = yaml.dump(configuration, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def as_json(configuration: Section) -> str:
    """Return exported configuration as JSON."""
    return json.dumps(configuration, indent=2, ensure_ascii=False) + "\n"


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value


def _limit(row: Project | Site | Feeder) -> Section | None:
    if row.limit_value is None:
        return None
    return {"value": _number(row.limit_value), "unit": row.limit_unit}


def _project() -> Section:
    project = Project.objects.filter(pk=1).first() or Project(pk=1)
    return {
        "limit": _limit(project),
        "retention": {
            **{name: getattr(project, name) for name in RETENTION},
            "archive": project.archive_removed,
        },
        "schedules": [{"code": each.code, "ranges": each.ranges} for each in Schedule.objects.all()],
    }


def _site(site: Site) -> Section:
    return {
        "code": site.code,
        "name": {"fr": site.name_fr, "en": site.name_en},
        "timezone": site.timezone,
        "holidays": site.holiday_region,
        "limit": _limit(site),
        **_limit_schedule(site),
        "voltage_v": _number(site.voltage_v),
        "smart_charging": {
            "enabled": site.smart_charging_enabled,
            "distribution": site.distribution,
            "launch_reserve": site.launch_reserve,
            "dead_band": {"value": _number(site.dead_band_value), "unit": site.dead_band_unit},
        },
        "feeders": [_feeder(each) for each in site.feeders.all()],
        "unknown_charge_points": site.unknown_charge_points,
        "unknown_tags": site.unknown_tags,
        "free_charging": site.free_charging,
        "concurrency": site.concurrency,
        "offline_starts": site.offline_starts,
        "automatic_start": site.automatic_tag,
        "automatic_restart": site.automatic_restart,
        "groups": [_group(each) for each in site.groups.all()],
        **_closing(site),
    }


def _limit_schedule(site: Site) -> Section:
    """Return the weekly limits of a site that has any."""
    levels = [
        {
            "limit": {"value": _number(float(level["value"])), "unit": level["unit"]},
            **{name: value for name, value in level.items() if name not in {"value", "unit"}},
        }
        for level in site.limit_schedule
    ]
    return {"limit_schedule": levels} if levels else {}


def _closing(site: Site) -> Section:
    """Return the rules of a site that has its own."""
    rules = ClosingRules.objects.filter(site=site).first()
    if rules is None:
        return {}
    names = ("free_min", "silent_min", "gone_min")
    return {"closing": {name: getattr(rules, name) for name in names}}


def _feeder(feeder: Feeder) -> Section:
    parent = feeder.parent.code if feeder.parent else None
    return {"code": feeder.code, "parent": parent, "limit": _limit(feeder)}


def _group(group: ScheduleGroup) -> Section:
    shared = group.schedule
    return {
        "number": group.number,
        "name": group.name,
        **({"ranges": group.ranges} if shared is None else {"schedule": shared.code}),
        "distribution": group.distribution,
        "on_holidays": group.on_holidays,
        "at_end": group.at_end,
        "exceptions": [each.other_hours.plain() for each in group.exceptions.all()],
    }


def _charge_point(row: ChargePoint) -> Section:
    return {
        "identity": row.identity,
        "site": row.site.code if row.site else None,
        "name": row.name,
        "zone": row.zone,
        "security_profile": row.security_profile,
        "password": None,
        "feeder": row.feeder.code if row.feeder else None,
        "max_power_w": _number(row.max_power_w),
        "priority": row.priority,
        "division": row.division,
        "site_meter": row.site_meter,
        "operating_mode": row.operating_mode,
        "heartbeat_interval": row.heartbeat_interval_s,
        "quirks": read_switches(row.quirk_switches),
        "connectors": [_connector(evse) for evse in row.evses.all() if evse.declared],
    }


def _connector(evse: Evse) -> Section:
    return {
        "number": evse.number,
        "max_power_w": _number(evse.max_power_w),
        "max_current_a": _number(evse.max_current_a),
        "phases": evse.phases,
        "phase_rotation": evse.phase_rotation,
        "current": evse.current,
        "priority": evse.priority,
        "distribution": evse.distribution,
        "automatic_start": evse.automatic_tag,
        "groups": sorted(group.number for group in evse.groups.all()),
    }


def _vehicle(vehicle: Vehicle) -> Section:
    return {
        "code": vehicle.code,
        "name": vehicle.name,
        "battery_wh": _number(vehicle.battery_wh),
        "priority": vehicle.priority,
        "departs": vehicle.departs.isoformat() if vehicle.departs else None,
        "needs_wh": _number(vehicle.needs_wh),
    }


def _id_tag(tag: IdToken) -> Section:
    return {
        "value": tag.value,
        "vehicle": tag.vehicle.code if tag.vehicle else None,
        "parent": tag.parent.value if tag.parent else None,
        "expires": tag.expires_at.isoformat() if tag.expires_at else None,
        "blocked": tag.blocked,
        "concurrent": tag.concurrent,
    }


def _user(user: User) -> Section:
    return {
        "username": user.username,
        "role": user.role,
        "sites": sorted(membership.site.code for membership in user.memberships.all()),
        "language": user.language,
    }
