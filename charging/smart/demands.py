"""What connectors ask for, as the allocator takes it.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charging.smart.allocation import Demand
from charging.smart.connector import Connector
from charging.smart.network import Floats, Mask
from charging.smart.rules import RULES, Wishes
from charging.smart.stepping import Steps
from charging.smart.turns import keeps, rank


def demand_of(connectors: Sequence[Connector], told: Mask) -> Demand:
    """Return what the connectors ask for, those of `told` alone.

    A vehicle that takes nothing where it would not go on after a limit of 0 keeps its minimum, but only
    where all others have theirs.
    """

    def column(values: Sequence[float]) -> Floats:
        return np.array(values, float)

    kept = told & np.array([keeps(each) for each in connectors], bool)
    rests = np.array([each.rests for each in connectors], bool)
    minimum = column([each.minimum for each in connectors])
    cap = column([min(each.hardware, each.cap or each.hardware) for each in connectors])
    tier = np.array([each.tier for each in connectors], np.int64)
    last = tier.min(initial=0) - 1
    return Demand(
        wants=told & np.array([not each.barred for each in connectors], bool),
        steps=Steps(
            minimum=minimum,
            step=column([each.step for each in connectors]),
            cap=np.where(kept & rests, np.minimum(cap, minimum), cap),
        ),
        rank=rank(connectors, kept),
        rests=rests & ~kept,
        keeps=kept & ~rests,
        wishes=Wishes(
            rule=np.array([RULES.index(each.rule) for each in connectors], np.int64),
            tier=np.where(kept & rests, last, tier),
            weight=column([each.weight for each in connectors]),
            started=column([each.started for each in connectors]),
            energy_wh=column([each.energy_wh for each in connectors]),
            remaining_s=column([each.remaining_s for each in connectors]),
            nominal_w=column([each.hardware * each.load.watts for each in connectors]),
        ),
    )
