"""What happens to sites and users, told after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from evkit.core.events import Event


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """An administrator changed sites, groups, schedules, users or the project."""


@dataclass(frozen=True, slots=True)
class SiteChanged(Event):
    """A setting of a site changed: its limit, or smart charging on or off."""

    site_id: int


@dataclass(frozen=True, slots=True)
class SiteMeterRead(Event):
    """A site's own meter was read."""

    site_id: int


@dataclass(frozen=True, slots=True)
class VariableChanged(Event):
    """An external variable has a newer value."""

    variable_id: int
