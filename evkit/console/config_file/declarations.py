"""What a configuration file declares. UNSET stands for a key that is absent: it leaves things as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TypeAlias, TypeVar

from msgspec import UNSET, UnsetType

from sites.exceptions import OtherHours
from sites.types import HolidayRule

T = TypeVar("T")
Given: TypeAlias = T | UnsetType


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of power (unit "W") or of current per phase (unit "A")."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Range:
    """A weekly range of activation: day names ("mon"), times of day ("20:00"), over midnight if to < from."""

    days: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class LevelDeclaration:
    """A limit of a site that holds in weekly ranges."""

    limit: Limit
    ranges: tuple[Range, ...]
    on_holidays: str = HolidayRule.USUAL
    exceptions: tuple[OtherHours, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleDeclaration:
    """A schedule shared by the project's sites."""

    line: int
    code: str
    ranges: Given[tuple[Range, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class ProjectDeclaration:
    """The root of the topology; `retention` holds the fields of the project that the file gives."""

    limit: Given[Limit | None] = UNSET
    retention: Mapping[str, int | bool | None] = field(default_factory=dict)
    schedules: Given[tuple[ScheduleDeclaration, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class FeederDeclaration:
    """A circuit of a site; `parent` is the code of another one of the same site."""

    line: int
    code: str
    parent: Given[str | None] = UNSET
    limit: Given[Limit | None] = UNSET


@dataclass(frozen=True, slots=True)
class GroupDeclaration:
    """One of a site's ten groups: its own ranges, or the code of a shared schedule."""

    line: int
    number: int
    name: Given[str] = UNSET
    ranges: Given[tuple[Range, ...]] = UNSET
    schedule: Given[str | None] = UNSET
    distribution: Given[str] = UNSET
    on_holidays: Given[str] = UNSET
    at_end: Given[str] = UNSET
    exceptions: Given[tuple[OtherHours, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class SiteDeclaration:
    """A site with its circuits and groups."""

    line: int
    code: str
    name_en: Given[str] = UNSET
    name_fr: Given[str] = UNSET
    timezone: Given[str] = UNSET
    holiday_region: Given[str] = UNSET
    limit: Given[Limit | None] = UNSET
    limit_schedule: Given[tuple[LevelDeclaration, ...]] = UNSET
    voltage_v: Given[float] = UNSET
    smart_charging_enabled: Given[bool] = UNSET
    distribution: Given[str] = UNSET
    launch_reserve: Given[int] = UNSET
    dead_band: Given[Limit] = UNSET
    unknown_charge_points: Given[str] = UNSET
    unknown_tags: Given[str] = UNSET
    closing_free_min: Given[int | None] = UNSET
    closing_silent_min: Given[int | None] = UNSET
    closing_gone_min: Given[int | None] = UNSET
    free_charging: Given[str] = UNSET
    concurrency: Given[str] = UNSET
    offline_starts: Given[str] = UNSET
    automatic_tag: Given[str] = UNSET
    automatic_restart: Given[bool] = UNSET
    feeders: Given[tuple[FeederDeclaration, ...]] = UNSET
    groups: Given[tuple[GroupDeclaration, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class ConnectorDeclaration:
    """A connector; `groups` are numbers of its site's groups."""

    line: int
    number: int
    max_power_w: Given[float | None] = UNSET
    max_current_a: Given[float | None] = UNSET
    phases: Given[int] = UNSET
    phase_rotation: Given[str] = UNSET
    current: Given[str] = UNSET
    priority: Given[int] = UNSET
    distribution: Given[str] = UNSET
    automatic_tag: Given[str] = UNSET
    groups: Given[tuple[int, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class ChargePointDeclaration:
    """A charge point; a password of None leaves the present one, a quirk of None the model's preset."""

    line: int
    identity: str
    site: str
    name: Given[str] = UNSET
    zone: Given[str] = UNSET
    security_profile: Given[int] = UNSET
    password: str | None = None
    feeder: Given[str | None] = UNSET
    max_power_w: Given[float | None] = UNSET
    priority: Given[int] = UNSET
    division: Given[str] = UNSET
    site_meter: Given[str] = UNSET
    operating_mode: Given[Mapping[str, object]] = UNSET
    heartbeat_interval_s: Given[int] = UNSET
    quirks: Given[Mapping[str, bool | None]] = UNSET
    connectors: Given[tuple[ConnectorDeclaration, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class VehicleDeclaration:
    """A vehicle."""

    line: int
    code: str
    name: Given[str] = UNSET
    battery_wh: Given[float | None] = UNSET
    priority: Given[int] = UNSET
    departs: Given[time | None] = UNSET
    needs_wh: Given[float | None] = UNSET


@dataclass(frozen=True, slots=True)
class IdTagDeclaration:
    """An id tag; `vehicle` is a code, `parent` the value of another id tag."""

    line: int
    value: str
    vehicle: Given[str | None] = UNSET
    parent: Given[str | None] = UNSET
    expires_at: Given[datetime | None] = UNSET
    blocked: Given[bool] = UNSET
    concurrent: Given[bool] = UNSET


@dataclass(frozen=True, slots=True)
class UserDeclaration:
    """A user, in a role on some sites."""

    line: int
    username: str
    role: Given[str] = UNSET
    language: Given[str] = UNSET
    sites: Given[tuple[str, ...]] = UNSET


@dataclass(frozen=True, slots=True)
class Configuration:
    """Everything that a file declares; a section is UNSET when the file does not have it."""

    project: ProjectDeclaration
    sites: Given[tuple[SiteDeclaration, ...]] = UNSET
    charge_points: Given[tuple[ChargePointDeclaration, ...]] = UNSET
    vehicles: Given[tuple[VehicleDeclaration, ...]] = UNSET
    id_tags: Given[tuple[IdTagDeclaration, ...]] = UNSET
    users: Given[tuple[UserDeclaration, ...]] = UNSET


def listed(given: tuple[T, ...] | UnsetType) -> tuple[T, ...]:
    """Return what a section declares, nothing if the file does not have it."""
    return () if given is UNSET else given
