"""The circuits of sites as smart charging counts them, and what flows there beside its connectors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from chargers.models import Evse
from chargers.types import Current
from charging.services.smart.base_load import BaseLoad, add_base_load, base_load
from charging.services.smart.facts import EvseFacts
from charging.services.smart.settings_of import load_of, range_of
from charging.services.smart.voltage import Voltages, voltages_of
from charging.smart.network import Floats, Load, Network, Node, build_network
from sites.limits import limits_within
from sites.models import Feeder, Project, Site
from sites.types import Unit

PROJECT: Final = "project"
FEEDER: Final = "feeder-"
"""Before the number of a feeder."""

AHEAD: Final = timedelta(minutes=1)
"""A weekly limit counts so long before it begins: connectors need time to obey."""


def network_of(
    project: Project | None, sites: Sequence[Site], evses: Sequence[EvseFacts], now: datetime
) -> Network:
    """Return the circuits from the project down to the charge points, with the connectors below them."""
    here: dict[int, list[EvseFacts]] = {site.pk: [] for site in sites}
    for evse in evses:
        here[evse.charge_point.site_id].append(evse)
    found = {site.pk: voltages_of(here[site.pk], site.voltage_v, now) for site in sites}
    loads = [_load(evse, found[evse.charge_point.site_id]) for evse in evses]
    return build_network(_nodes(project, sites, evses, now), loads)


def _load(evse: EvseFacts, voltages: Voltages) -> Load:
    """Return a connector with the voltage at which it takes most of the limits."""
    return load_of(evse, voltages.lowest if evse.current == Current.DC else voltages.highest)


def base_of(
    network: Network,
    project: Project | None,
    sites: Sequence[Site],
    loads: Mapping[int, BaseLoad | None],
    now: datetime,
) -> Floats:
    """Return what every limit carries beside the connectors that smart charging steers; shape (limits,).

    That is what the sites draw elsewhere, and on the project's limit what sites may draw where smart charging
    is off: nobody limits them, so that all of their hardware counts.
    """
    base = np.zeros(len(network.limits))
    for site in sites:
        add_base_load(base, site, loads[site.pk], network, frozenset({node_of(site), PROJECT}))
    if project is None or project.limit_value is None:
        return base
    for site in Site.objects.exclude(pk__in=[site.pk for site in sites]):
        add_base_load(base, site, base_load(site, now), network, frozenset({PROJECT}))
        base += _hardware(site, network)
    return base


def node_of(site: Site) -> str:
    """Return the key of a site's own circuit."""
    return f"site-{site.pk}"


def _nodes(
    project: Project | None, sites: Sequence[Site], evses: Iterable[EvseFacts], now: datetime
) -> list[Node]:
    limit, unit = (project.limit_value, project.limit_unit) if project else (None, Unit.WATT)
    nodes = [_node(PROJECT, None, limit, unit)]
    for site in sites:
        limits = limits_within(site, now, now + AHEAD)
        nodes.append(Node(node_of(site), PROJECT, limits.power_w, limits.current_a))
    for feeder in Feeder.objects.filter(site__in=sites):
        parent = f"{FEEDER}{feeder.parent_id}" if feeder.parent_id else f"site-{feeder.site_id}"
        nodes.append(_node(f"{FEEDER}{feeder.pk}", parent, feeder.limit_value, feeder.limit_unit))
    for point in {evse.charge_point_id: evse.charge_point for evse in evses}.values():
        parent = f"{FEEDER}{point.feeder_id}" if point.feeder_id else f"site-{point.site_id}"
        nodes.append(Node(f"point-{point.id}", parent, limit_w=point.max_power_w))
    return nodes


def _node(key: str, parent: str | None, value: float | None, unit: str) -> Node:
    if unit == Unit.AMPERE:
        return Node(key, parent, limit_a=value)
    return Node(key, parent, limit_w=value)


def _hardware(site: Site, network: Network) -> Floats:
    """Return what the connectors of a site without smart charging take of the project's limit at most."""
    evses = Evse.objects.filter(charge_point__site=site).exclude(charge_point__state__connected_at=None)
    loads = [load_of(evse, site.voltage_v) for evse in evses.select_related("charge_point")]
    most = [range_of(evse, site.voltage_v).hardware for evse in evses.select_related("charge_point")]
    used = np.zeros(len(network.limits))
    for index, limit in enumerate(network.limits):
        if limit.node == PROJECT:
            used[index] = sum(setting * limit.share(load) for setting, load in zip(most, loads, strict=True))
    return used
