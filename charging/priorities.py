"""Who is served before whom (R18): the priority of a charge on its connector."""

from __future__ import annotations

from typing import Final

from chargers.models import Evse
from charging.models import Transaction
from charging.services.smart.facts import ChargeFacts, EvseFacts

FURTHEST: Final = 1_000_000
"""Priorities lie between this and its negative."""


def priority_of(evse: Evse | EvseFacts, charge: Transaction | ChargeFacts | None) -> int:
    """Return the priority of a connector with its running charge, if any.

    What was decided about the charge counts, else the highest of connector, charge point and vehicle; of
    these 0 says nothing, so that a negative one puts its charges behind all others.
    """
    plan = getattr(charge, "plan", None)
    if plan is not None and plan.priority is not None:
        return int(plan.priority)
    vehicle = charge.vehicle if charge else None
    said = (evse.priority, evse.charge_point.priority, vehicle.priority if vehicle else 0)
    return max((each for each in said if each), default=0)
