"""Few messages: who was told about its share keeps that, and who has to move moves far enough to stay there.

Pure. A share moves by a step or two whenever anybody begins or ends. Following it exactly tells everybody a
new setting each time, for next to nothing: instead settings may lie within a band about their shares, and
only as many change as the limits, or power that would be left over, ask for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from charging.smart.admission import admit
from charging.smart.network import Floats, Indices, Mask, Network
from charging.smart.stepping import Steps, round_down

TINY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """How every load stands; shapes (loads,).

    Attributes:
        latest: what it was told last; NaN for nothing.
        band: so far from its share its setting may lie.
        firm: follows its share exactly.
        patient: was told so lately that it is not raised by less than `band`.
        tier: higher ones are raised first and lowered last.
    """

    latest: Floats
    band: Floats
    firm: Mask
    patient: Mask
    tier: Indices


def steady(network: Network, room: Floats, share: Floats, steps: Steps, standing: Standing) -> Floats:
    """Return settings within the bands about `share` that fit wherever the shares do, with few changes.

    Who is furthest above its share is lowered first, who is furthest below it is raised first.
    """
    latest, band = standing.latest, standing.band
    floor = np.minimum(share, np.maximum(share - band, np.maximum(steps.minimum, steps.step)))
    ceiling = round_down(np.minimum(share + band, steps.cap), steps)
    stays = ~standing.firm & (band > 0) & (share > 0) & (latest >= floor - TINY) & (latest <= ceiling + TINY)
    if not stays.any():
        return share
    surplus = np.where(stays, latest - share, 0.0)
    queue = np.lexsort((surplus, -standing.tier))
    queue = queue[stays[queue]]
    x = np.where(stays, floor, share)
    x = _raised(network, room, x, np.where(stays, latest, x), queue)
    lowered = stays & (x < latest - TINY)
    x = _raised(network, room, x, np.where(lowered, latest, x), queue, steps.step)
    raises = stays & ~lowered & (surplus <= TINY) & ((ceiling - latest >= band - TINY) | ~standing.patient)
    far = _raised(network, room, x, np.where(raises, ceiling, x), queue, steps.step)
    return np.where((far - x < band - TINY) & standing.patient, x, far)


def _raised(
    network: Network, room: Floats, x: Floats, to: Floats, queue: Indices, step: Floats | None = None
) -> Floats:
    """Return `x` raised to `to` for as many of the queue as fit; with a `step`, others by a part of it."""
    part = to - x
    while len(queue := queue[part[queue] > TINY]):
        x = x + np.where(
            admit(network, np.maximum(room - network.usage(x), 0.0), part, queue).admitted, part, 0.0
        )
        if step is None:
            break
        half = np.floor(part / 2 / step + TINY) * step
        part = np.minimum(half, to - x)
    return x
