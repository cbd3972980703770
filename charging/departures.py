"""When a charging vehicle leaves, and how much energy it needs until then.

The plan of its charge says so, else what its vehicle usually does: the next time of the day at which it
departs, and what it needs each time, or what its battery still takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from charging.models import Transaction, Vehicle
from charging.services.smart.facts import ChargeFacts, VehicleFacts


@dataclass(frozen=True, slots=True)
class Departure:
    """When a vehicle leaves, and what it still needs (Wh); None where that is not known."""

    at: datetime | None = None
    needs_wh: float | None = None


def departure_of(charge: Transaction | ChargeFacts, zone: ZoneInfo, now: datetime) -> Departure:
    """Return what is known of a running charge's end; a departure that has passed counts for nothing."""
    plan = getattr(charge, "plan", None)
    at = (plan.departs_at if plan else None) or usual_departure(charge.vehicle, charge.started_at, zone)
    if at is None or at <= now:
        return Departure()
    return Departure(at, _needs_wh(charge, plan.energy_wh if plan else None))


def usual_departure(
    vehicle: Vehicle | VehicleFacts | None, since: datetime, zone: ZoneInfo
) -> datetime | None:
    """Return when a vehicle that began to charge usually departs next; a site's day has its own zone."""
    if vehicle is None or vehicle.departs is None:
        return None
    local = since.astimezone(zone)
    today = datetime.combine(local.date(), vehicle.departs, zone)
    return today if today > local else datetime.combine(
        local.date() + timedelta(days=1), vehicle.departs, zone
    )  # fmt: skip


def _needs_wh(charge: Transaction | ChargeFacts, planned_wh: float | None) -> float | None:
    vehicle = charge.vehicle
    if planned_wh is None and vehicle is not None:
        if charge.soc_last_percent is not None and vehicle.battery_wh:
            return max((1 - charge.soc_last_percent / 100) * vehicle.battery_wh, 0.0)
        planned_wh = vehicle.needs_wh
    return None if planned_wh is None else max(planned_wh - charge.energy_wh, 0.0)
