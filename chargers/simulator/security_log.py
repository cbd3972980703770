"""The security log of a charge point (security whitepaper, A04 and N01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargers.simulator.clock import format_time

if TYPE_CHECKING:
    from chargers.simulator.charge_point import SimulatedChargePoint


def note_event(cp: SimulatedChargePoint, kind: str, info: str = "") -> None:
    """Write an event into the log, and no more (A04.FR.04)."""
    cp.station.security_log.append((cp.clock.now(), kind, info))


def tell_event(cp: SimulatedChargePoint, kind: str, info: str = "") -> None:
    """Write an event into the log and tell the central system, as soon as it can be told (A04.FR.01, 02)."""
    note_event(cp, kind, info)
    body = {"type": kind, "timestamp": format_time(cp.station.security_log[-1][0])}
    cp.post("SecurityEventNotification", body | ({"techInfo": info[:255]} if info else {}), durable=True)


def written(cp: SimulatedChargePoint) -> bytes:
    """Return the log as the file that is uploaded."""
    return "".join(
        f"{format_time(at)};{kind};{info}\n" for at, kind, info in cp.station.security_log
    ).encode()
