"""What equal shares and first come, first served would deliver without minimum, steps and delays.

They know at once when a vehicle is full, but neither needs nor departures: what a rule without that knowledge
can be measured by.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.garage.world import Outcome, Vehicle

PERIOD_S = 60

Share = Callable[[Sequence[float], float], list[float]]


def equal(most_w: Sequence[float], limit_w: float) -> list[float]:
    """Return the same power for all, in the order of arrival; what some cannot use goes to the others."""
    shares, left_w = [0.0] * len(most_w), limit_w
    for done, index in enumerate(sorted(range(len(most_w)), key=most_w.__getitem__)):
        shares[index] = min(most_w[index], left_w / (len(most_w) - done))
        left_w -= shares[index]
    return shares


def first_come(most_w: Sequence[float], limit_w: float) -> list[float]:
    """Return all that it can use for whoever came first, then for the next."""
    shares, left_w = [], limit_w
    for most in most_w:
        shares.append(min(most, left_w))
        left_w -= shares[-1]
    return shares


def ideal(vehicles: Sequence[Vehicle], limit_w: float, share: Share) -> Outcome:
    """Let a day pass, minute by minute."""
    got = [0.0] * len(vehicles)
    order = sorted(range(len(vehicles)), key=lambda index: vehicles[index].arrives_s)
    last = max(each.departs_s for each in vehicles)
    for now in range(vehicles[order[0]].arrives_s, last, PERIOD_S):
        here = [
            index
            for index in order
            if vehicles[index].arrives_s <= now < vehicles[index].departs_s
            and got[index] < vehicles[index].energy_wh
        ]
        most = [
            min(vehicles[index].most_w, (vehicles[index].energy_wh - got[index]) * 3600 / PERIOD_S)
            for index in here
        ]
        for index, power_w in zip(here, share(most, limit_w), strict=True):
            got[index] += power_w * PERIOD_S / 3600
    return Outcome(got)
