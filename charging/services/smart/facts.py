"""What a cycle reads of connectors, charge points and charges: plain rows, a fraction of the cost of models.

Their fields are those of the models `Evse`, `EvseState`, `ChargePoint`, `ChargePointState`, `Transaction`,
`Vehicle` and `ChargePlan`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time
from itertools import accumulate
from typing import Any, Final

from chargers.models import Evse
from charging.models import Transaction
from sites.models import Site


@dataclass(slots=True)
class PointState:
    """What is known of a charge point now."""

    connected: bool
    connected_at: datetime | None
    booted_at: datetime | None
    clock_offset_s: float | None
    vendor: str
    model: str
    firmware_version: str


@dataclass(slots=True)
class EvseState:
    """What is known of a connector now."""

    status: str
    status_since: datetime | None
    power_w: float | None
    current_l1_a: float | None
    current_l2_a: float | None
    current_l3_a: float | None
    voltage_v: float | None
    measured_at: datetime | None
    measured_device_at: datetime | None
    measured_received_at: datetime | None


@dataclass(slots=True)
class _OfPoint:
    """The fields of a charge point in the order in which they are read."""

    id: int
    identity: str
    site_id: int
    feeder_id: int | None
    max_power_w: float | None
    division: str
    quirk_switches: Mapping[str, bool]
    operating_mode: Mapping[str, Any]
    priority: int


@dataclass(slots=True)
class PointFacts(_OfPoint):
    """A charge point; `state` is None before it ever told anything."""

    state: PointState | None = field(kw_only=True)


@dataclass(slots=True)
class _OfEvse:
    id: int
    charge_point_id: int
    number: int
    max_power_w: float | None
    max_current_a: float | None
    phases: int
    phase_rotation: str
    current: str
    priority: int
    distribution: str


@dataclass(slots=True)
class EvseFacts(_OfEvse):
    """A connector."""

    charge_point: PointFacts = field(kw_only=True)
    state: EvseState | None = field(kw_only=True)


@dataclass(slots=True)
class VehicleFacts:
    """A vehicle that charges."""

    priority: int
    departs: time | None
    battery_wh: float | None
    needs_wh: float | None


@dataclass(slots=True)
class PlanFacts:
    """What was decided about one charge."""

    priority: int | None
    departs_at: datetime | None
    energy_wh: float | None


@dataclass(slots=True)
class _OfCharge:
    number: int
    evse_id: int
    started_at: datetime
    started_received_at: datetime
    energy_wh: float
    soc_last_percent: float | None


@dataclass(slots=True)
class ChargeFacts(_OfCharge):
    """An open transaction."""

    vehicle: VehicleFacts | None = None
    plan: PlanFacts | None = None


_PARTS: Final = (
    (_OfEvse, ""),
    (EvseState, "state__"),
    (_OfPoint, "charge_point__"),
    (PointState, "charge_point__state__"),
)
_NAMES: Final = [f"{prefix}{each.name}" for part, prefix in _PARTS for each in fields(part)]
_OF_CHARGE: Final = [
    *(each.name for each in fields(_OfCharge)),
    "vehicle_id",
    *(f"vehicle__{each.name}" for each in fields(VehicleFacts)),
    "plan__pk",
    *(f"plan__{each.name}" for each in fields(PlanFacts)),
]
_VEHICLE: Final = _OF_CHARGE.index("vehicle_id")
_PLAN: Final = _OF_CHARGE.index("plan__pk")
_ENDS: Final = tuple(accumulate(len(fields(part)) for part, _prefix in _PARTS))


def read_evses(sites: Sequence[Site]) -> list[EvseFacts]:
    """Return the connectors of sites by site, charge point and number (one query)."""
    rows = Evse.objects.filter(charge_point__site__in=sites).order_by(
        "charge_point__site_id", "charge_point_id", "number"
    )
    points: dict[int, PointFacts] = {}
    return [_evse(row, points) for row in rows.values_list(*_NAMES)]


def _evse(row: Sequence[Any], points: dict[int, PointFacts]) -> EvseFacts:
    """Return a connector; where it or its charge point has no state, the first column of that is null."""
    own, state, of_point = row[: _ENDS[0]], row[_ENDS[0] : _ENDS[1]], row[_ENDS[1] : _ENDS[2]]
    point = points.get(of_point[0])
    if point is None:
        of_state = row[_ENDS[2] :]
        point = PointFacts(*of_point, state=None if of_state[0] is None else PointState(*of_state))
        points[point.id] = point
    return EvseFacts(*own, charge_point=point, state=None if state[0] is None else EvseState(*state))


def read_charges(sites: Sequence[Site]) -> dict[int, ChargeFacts]:
    """Return the open transactions of sites by EVSE id (one query)."""
    rows = Transaction.objects.open().filter(charge_point__site__in=sites).order_by()
    return {row[1]: _charge(row) for row in rows.values_list(*_OF_CHARGE)}


def _charge(row: Sequence[Any]) -> ChargeFacts:
    charge = ChargeFacts(*row[:_VEHICLE])
    if row[_VEHICLE] is not None:
        charge.vehicle = VehicleFacts(*row[_VEHICLE + 1 : _PLAN])
    if row[_PLAN] is not None:
        charge.plan = PlanFacts(*row[_PLAN + 1 :])
    return charge
