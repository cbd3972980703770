"""Everything that a site's cycle looks at, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chargers.models import ConfigurationKey, Evse
from charging.models import ConnectorLimit, Transaction
from charging.selectors import open_transactions
from charging.services.pauses import pauses_in_force
from charging.services.smart.answers import take_answers
from charging.services.smart.base_load import base_load
from charging.services.smart.settings_of import Range, load_of, range_of, unit_of
from charging.smart.connector import Connector, useful
from charging.smart.network import Floats, Network, Node, build_network
from charging.smart.rules import Rule
from charging.usability import barred
from evkit.core.units import LimitUnit
from sites.models import Feeder, Project, Site
from sites.types import Unit

UNIT_KEY: Final = "ChargingScheduleAllowedChargingRateUnit"
FRESH: Final = timedelta(seconds=90)
"""Meter values that are older tell nothing about now."""


@dataclass(frozen=True, slots=True)
class Place:
    """One connector of the site with its rows."""

    evse: Evse
    row: ConnectorLimit
    charge: Transaction | None
    settings: Range
    unit: LimitUnit


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """A site as it is now; `places`, `connectors` and the loads of `network` are in one order."""

    site: Site
    network: Network
    places: tuple[Place, ...]
    connectors: tuple[Connector, ...]
    base: Floats


def situation_of(site: Site, now: datetime) -> Situation:
    """Read a site, and take the answers to what was sent (rows are not saved)."""
    evses = list(
        Evse.objects.filter(charge_point__site=site)
        .select_related("charge_point__state", "state")
        .order_by("charge_point_id", "number")
    )
    rows = _rows(evses)
    charges = open_transactions({evse.charge_point_id for evse in evses})
    units = dict(
        ConfigurationKey.objects.filter(charge_point__site=site, key=UNIT_KEY).values_list(
            "charge_point_id", "value"
        )
    )
    places = []
    for evse in evses:
        settings = range_of(evse, site.voltage_v)
        charge = charges.get(evse.pk)
        take_answers(rows[evse.pk], charge, getattr(evse.charge_point, "state", None), settings, now)
        unit = unit_of(evse, units.get(evse.charge_point_id) or "")
        places.append(Place(evse, rows[evse.pk], charge, settings, unit))
    network = build_network(_nodes(site, evses), [load_of(evse, site.voltage_v) for evse in evses])
    return Situation(
        site=site,
        network=network,
        places=tuple(places),
        connectors=_connectors(site, network, places, now),
        base=base_load(site, network, now),
    )


def _rows(evses: Sequence[Evse]) -> dict[int, ConnectorLimit]:
    ids = [evse.pk for evse in evses]
    known = ConnectorLimit.objects.filter(evse__in=ids).select_related("command", "default_command")
    rows = {row.pk: row for row in known}
    missing = [ConnectorLimit(evse_id=pk) for pk in ids if pk not in rows]
    if missing:
        ConnectorLimit.objects.bulk_create(missing, ignore_conflicts=True)
        rows |= {row.pk: row for row in missing}
    return rows


def _nodes(site: Site, evses: Sequence[Evse]) -> list[Node]:
    """Return the circuits from the project down to the charge points.

    A project's limit holds over all sites; a single site never gets more than it.
    """
    project = Project.objects.first()
    nodes = [_node("project", None, *(_limit_of(project) if project else (None, "W")))]
    nodes.append(_node("site", "project", site.limit_value, site.limit_unit))
    feeders = list(Feeder.objects.filter(site=site))
    for feeder in feeders:
        parent = f"feeder-{feeder.parent_id}" if feeder.parent_id else "site"
        nodes.append(_node(f"feeder-{feeder.pk}", parent, feeder.limit_value, feeder.limit_unit))
    for point in {evse.charge_point_id: evse.charge_point for evse in evses}.values():
        parent = f"feeder-{point.feeder_id}" if point.feeder_id else "site"
        nodes.append(Node(f"point-{point.pk}", parent, limit_w=point.max_power_w))
    return nodes


def _limit_of(project: Project) -> tuple[float | None, str]:
    return project.limit_value, project.limit_unit


def _node(key: str, parent: str | None, value: float | None, unit: str) -> Node:
    if unit == Unit.AMPERE:
        return Node(key, parent, limit_a=value)
    return Node(key, parent, limit_w=value)


def _connectors(
    site: Site, network: Network, places: Sequence[Place], now: datetime
) -> tuple[Connector, ...]:
    ids = [place.evse.pk for place in places]
    held = set(pauses_in_force(ids)) | barred({place.evse.pk: place.charge for place in places}, now)
    return tuple(_connector(site, network, index, place, held, now) for index, place in enumerate(places))


def _connector(
    site: Site, network: Network, index: int, place: Place, held: set[int] | frozenset[int], now: datetime
) -> Connector:
    row, charge, settings = place.row, place.charge, place.settings
    state = getattr(place.evse.charge_point, "state", None)
    found = Connector(
        load=network.loads[index],
        hardware=settings.hardware,
        minimum=settings.minimum,
        step=settings.step,
        charging=charge is not None,
        barred=place.evse.pk in held,
        reachable=bool(state and state.connected),
        confirmed=row.confirmed,
        confirmed_ago_s=_ago_s(row.confirmed_at, now),
        before=row.before,
        in_flight=() if row.sent is None else (row.sent,),
        doubtful=row.doubtful,
        default=row.default,
        measured=_measured(place, site, now),
        rule=Rule(site.distribution),
        tier=_tier(place),
        started=charge.started_at.timestamp() if charge else 0.0,
        served_wh=charge.energy_wh or 0.0 if charge else 0.0,
        changed_ago_s=_ago_s(row.changed_at, now),
    )
    return replace(found, cap=useful(found))


def _tier(place: Place) -> int:
    vehicle = place.charge.vehicle if place.charge else None
    return max(place.evse.priority, vehicle.priority if vehicle else 0)


def _measured(place: Place, site: Site, now: datetime) -> float | None:
    """Return what a connector draws in its own unit, measured since its limit was confirmed; else None."""
    state = getattr(place.evse, "state", None)
    if state is None or state.measured_at is None or now - state.measured_at > FRESH:
        return None
    if place.row.confirmed_at and state.measured_at <= place.row.confirmed_at:
        return None
    if place.settings.in_watts:
        power: float | None = state.power_w
        return power
    currents = [
        each for each in (state.current_l1_a, state.current_l2_a, state.current_l3_a) if each is not None
    ]
    if currents:
        return float(max(currents))
    return None if state.power_w is None else state.power_w / (site.voltage_v * place.evse.phases)


def _ago_s(moment: datetime | None, now: datetime) -> float:
    return float("inf") if moment is None else (now - moment).total_seconds()
