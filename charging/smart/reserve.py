"""What every limit keeps free, so that a charge may begin at any moment without exceeding it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charging.smart.connector import Connector
from charging.smart.network import Floats, Network


def launch_reserve(network: Network, connectors: Sequence[Connector], starts: Sequence[int]) -> Floats:
    """Return what each limit keeps: for every site the largest beginnings of idle connectors below it.

    `starts` says of how many; its index is `Connector.site`. A charge point that is away is not among them:
    what may begin there counts in full already (`Connector.envelope`). Shape (limits,).
    """
    kept = np.zeros(len(network.limits))
    if not len(network.row) or not any(starts):
        return kept
    begins = np.array([_begins(each) for each in connectors], float)
    site = np.array([each.site for each in connectors], np.int64)[network.column]
    need = network.share * begins[network.column]
    order = np.lexsort((-need, site, network.row))
    row, site, need = network.row[order], site[order], need[order]
    other = (row[1:] != row[:-1]) | (site[1:] != site[:-1])
    first = np.flatnonzero(np.append(True, other))
    place = np.arange(len(row)) - np.repeat(first, np.diff(np.append(first, len(row))))
    chosen = place < np.array(starts, np.int64)[site]
    np.add.at(kept, row[chosen], need[chosen])
    return kept


def reserve_w(connectors: Sequence[Connector], starts: int) -> float:
    """Return in W what the `starts` largest beginnings of idle connectors would draw together."""
    return float(sum(sorted((_begins(each) * each.load.watts for each in connectors), reverse=True)[:starts]))


def _begins(connector: Connector) -> float:
    """Return what a start may add to what a connector draws."""
    return 0.0 if connector.charging or not connector.reachable else connector.begins_with
