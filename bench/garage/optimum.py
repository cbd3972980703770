"""The most energy that anybody could deliver who knew everything beforehand: a linear program (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from bench.garage.world import Vehicle


def optimum_wh(vehicles: Sequence[Vehicle], limit_w: float) -> float:
    """Return the most energy that can be delivered below a limit; no minimum, no steps, no delays.

    Between two arrivals or departures nothing changes, so that one amount per vehicle and interval is exact.
    """
    times = sorted({at for each in vehicles for at in (each.arrives_s, each.departs_s)})
    pairs = [
        (index, slot)
        for index, each in enumerate(vehicles)
        for slot, begin in enumerate(times[:-1])
        if each.arrives_s <= begin < each.departs_s
    ]
    vehicle, slot = (np.array(column) for column in zip(*pairs, strict=True))
    hours = np.diff(times) / 3600
    row = np.concatenate([vehicle, len(vehicles) + slot])
    column = np.concatenate([np.arange(len(pairs))] * 2)
    matrix = coo_array((np.ones(len(row)), (row, column)), shape=(len(vehicles) + len(hours), len(pairs)))
    most = np.concatenate([[each.energy_wh for each in vehicles], limit_w * hours])
    rate = np.array([each.most_w for each in vehicles])
    found = linprog(
        -np.ones(len(pairs)), A_ub=matrix.tocsr(), b_ub=most,
        bounds=np.column_stack([np.zeros(len(pairs)), rate[vehicle] * hours[slot]]), method="highs",
    )  # fmt: skip
    return float(-found.fun)


def limit_for(vehicles: Sequence[Vehicle], part: float) -> float:
    """Return the limit in W below which the optimum delivers this part of what is needed."""
    needed = sum(each.energy_wh for each in vehicles)
    low, high = 0.0, sum(each.most_w for each in vehicles)
    while high - low > 20.0:
        middle = (low + high) / 2
        if optimum_wh(vehicles, middle) < part * needed:
            low = middle
        else:
            high = middle
    return high
