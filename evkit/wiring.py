"""The one file that knows every app: routes, commands, recorders and event subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargers.ocpp.commanding import CommandRoute
from chargers.ocpp.engine import Engine
from chargers.ocpp.handling import Route
from chargers.ocpp.v16 import table as chargers_v16
from charging.balancer import Balancer
from charging.events import TransactionStarted
from charging.ocpp.v16 import table as charging_v16
from charging.subscribers import hold_until_scheduled
from evkit.console.health.sources import metrics_sources
from evkit.console.live import publisher as live
from evkit.console.live.answers import SharedAnswers
from evkit.console.live.application import live_application
from evkit.console.live.hub import LiveHub
from evkit.core.clock import utc_now
from evkit.core.events import bus
from evkit.core.recorders import recorders
from history.recorders import write_audit, write_audits, write_messages

__all__ = ["COMMANDS", "ROUTES", "LiveHub", "SharedAnswers", "build_engine", "live_application", "wire"]

ROUTES: Mapping[tuple[str, str], Route] = {
    ("1.6", action): route for action, route in {**chargers_v16.ROUTES, **charging_v16.ROUTES}.items()
}
COMMANDS: Mapping[str, CommandRoute] = {**chargers_v16.COMMANDS, **charging_v16.COMMANDS}


def wire() -> None:
    """Register recorders and subscribers; safe to call more than once."""
    recorders.register(write_audit, write_audits)
    Balancer(utc_now).subscribe(bus)
    live.subscribe(bus)
    bus.subscribe(TransactionStarted, hold_until_scheduled)


def build_engine(**overrides: Any) -> Engine:
    """Return the OCPP engine of this process, with evkit's handlers."""
    parts: dict[str, Any] = {
        "routes": ROUTES,
        "commands": COMMANDS,
        "record_messages": write_messages,
        "bus": bus,
    }
    engine = Engine(**{**parts, **overrides})
    metrics_sources.register("engine", engine.metrics)
    return engine
