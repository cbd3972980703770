"""What a connector draws, in its own unit: W of its output for DC, A per phase for AC.

Pure. Where a connector of several phases tells its power only, it is open on how many of them its vehicle
charges: a plug-in hybrid takes from one phase what another vehicle takes from three.
"""

from __future__ import annotations

from dataclasses import dataclass

from charging.smart.connector import USES_ALL, tolerated


@dataclass(frozen=True, slots=True)
class Draw:
    """The `least` and the `most` that fit what was measured, and which of them is `likely`."""

    least: float
    likely: float
    most: float


def certain(amount: float) -> Draw:
    """Return what was measured in the connector's own unit."""
    return Draw(amount, amount, amount)


def draw_of_power(
    power_w: float, *, voltage_v: float, phases: int, hardware: float, offered: float | None, step: float
) -> Draw:
    """Return the current per phase of a power that flows on one of `phases` phases, or on several.

    More than `hardware` flows on no phase. Likely is that the vehicle takes all it is `offered` on as many
    phases as that fits, else that it charges on all of them.
    """
    least, *others = (power_w / (voltage_v * used) for used in range(phases, 0, -1))
    possible = [least, *(each for each in others if each <= tolerated(hardware, step))]
    taken = next((each for each in possible if _takes_all(each, offered, step)), least)
    return Draw(least, taken, max(possible))


def _takes_all(amount: float, offered: float | None, step: float) -> bool:
    return offered is not None and offered * USES_ALL - step < amount <= tolerated(offered, step)
