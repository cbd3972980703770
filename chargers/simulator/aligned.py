"""Clock-aligned meter values, inside and outside transactions (OCPP 1.6 §3.16.2, §9.1.5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chargers.simulator.main_meter import send_main_meter

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


def schedule_aligned(cp: SimulatedChargePoint) -> None:
    """Send values at the next multiple of the interval since midnight; 0 switches it off."""
    interval = cp.configuration.number("ClockAlignedDataInterval")
    cp.timers.cancel("aligned")
    if interval > 0:
        wait_s = until_aligned_s(cp.clock.now(), interval)
        cp.timers.set("aligned", wait_s, lambda: _send(cp))


def until_aligned_s(now: datetime, interval_s: float) -> float:
    """Return the seconds from `now` to the next multiple of the interval since midnight UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return interval_s - (now - midnight).total_seconds() % interval_s


def _send(cp: SimulatedChargePoint) -> None:
    cp.advance()
    send_main_meter(cp, "Sample.Clock", "MeterValuesAlignedData")
    for connector in cp.connectors.values():
        cp.sessions.send_meter_values(connector, "Sample.Clock", "MeterValuesAlignedData")
    schedule_aligned(cp)
