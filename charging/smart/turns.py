"""Who is admitted before whom where power is too little for the minimum of everybody.

Pure. Connectors take turns: who was admitted stays for a while, who got least energy is next. One that does
not go on by itself after a limit of 0 takes no turns: it keeps its minimum until its vehicle has what it
wants, as long as others of its priority can give way instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from charging.smart.connector import Connector
from charging.smart.network import Floats, Mask
from charging.smart.rules import Rule

HOLD_ON_S: Final = 900.0
HOLD_OFF_S: Final = 300.0
"""Who was admitted stays admitted so long, who had to wait waits so long, before the power changes hands."""

MARGIN: Final = 0.15
"""By so much less patient must a waiting vehicle be than one that charges to take its turn."""


def keeps(connector: Connector) -> bool:
    """Tell whether it charges by what it was told last, and a limit of 0 would be the end of that.

    Who was told 0 already, or did not go on after that, has nothing left to keep: it waits as the others do.
    """
    if not connector.charging:
        return False
    told = connector.in_flight[-1] if connector.in_flight else connector.confirmed
    ends = not connector.resumes and not connector.lost and (told is None or told > 0)
    return connector.floor > 0 or ends


def rank(connectors: Sequence[Connector], kept: Mask) -> Floats:
    """Return who is admitted first: who was already, then who got least, then who has just begun to wait.

    Those that keep what they have (`kept`) are in the order in which they came: nobody who begins ends
    another charge.
    """
    keys = [_key(each, keeping=keeping) for each, keeping in zip(connectors, kept.tolist(), strict=True)]
    order = np.lexsort(tuple(np.array([key[place] for key in keys]) for place in (2, 1, 0)))
    found = np.empty(len(connectors))
    found[order] = np.arange(len(connectors))
    return found


def _key(connector: Connector, *, keeping: bool) -> tuple[float, float, float]:
    if keeping:
        return -1.0, 0.0, connector.started
    turn = 2.0 if _within(connector.off_for_s, HOLD_OFF_S) else 1.0
    if _within(connector.on_for_s, HOLD_ON_S):
        turn = 0.0
    return turn, _patience(connector), connector.served_wh / connector.weight


def _patience(connector: Connector) -> float:
    """Return which part of its time a vehicle could wait and still be ready; 0 where that is not asked.

    Who charges counts as less patient by a margin, so that the power does not go to and fro.
    """
    known = connector.energy_wh * connector.remaining_s
    if connector.rule not in {Rule.DEADLINE, Rule.HYBRID} or math.isnan(known):
        return 0.0
    needs_s = connector.energy_wh * 3600 / max(connector.hardware * connector.load.watts, 1.0)
    patience = max(1.0 - needs_s / max(connector.remaining_s, 1.0), 0.0)
    return patience if connector.on_for_s is None else max(patience - MARGIN, 0.0)


def _within(ago_s: float | None, hold_s: float) -> bool:
    return ago_s is not None and ago_s < hold_s
