"""What happens to charge points and commands, told after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from evkit.core.events import Event


@dataclass(frozen=True, slots=True)
class ChargePointChanged(Event):
    """Something that pages show of a charge point or its connectors changed."""

    charge_point_id: int
    site_id: int | None


@dataclass(frozen=True, slots=True)
class CommandQueued(Event):
    """A command waits to be sent."""

    charge_point_id: int


@dataclass(frozen=True, slots=True)
class CommandChanged(Event):
    """A command moved on."""

    command_id: int
    charge_point_id: int
    site_id: int | None


@dataclass(frozen=True, slots=True)
class DeferredAsked(Event):
    """A call waits for somebody's decision."""

    deferred_id: int
    charge_point_id: int
    site_id: int | None


@dataclass(frozen=True, slots=True)
class DeferredAnswered(Event):
    """A waiting answer was decided, by somebody or by its deadline."""

    deferred_id: int
    charge_point_id: int
    site_id: int | None


@dataclass(frozen=True, slots=True)
class ConfigurationApplied(Event):
    """Declared topology changed: charge points were added, changed or removed."""
