"""Whether the energy of a transaction can be believed: its register against its power over time.

Pure. Energies in Wh, powers in W, times in s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from charging.types import Flag

LONGEST_GAP_S: Final = 900.0
"""Between two samples further apart nobody knows what the power was."""

COVERED: Final = 0.8
"""Share of the transaction that its samples of power must cover to be compared with."""

LEAST_WH: Final = 500.0
"""Less energy than this is too little to compare."""

CLOSE: Final = (0.7, 1.4)
"""Integrated power in relation to the register where both tell the same."""

THOUSANDFOLD: Final = (500.0, 2000.0)
"""The same where one of them is in kWh and labelled Wh."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of an ended transaction.

    `integrated_wh` is None where its power was not told well enough; `restarted` means that the register
    dropped on the way; `measured` that any reading of the register came.
    """

    energy_wh: float
    integrated_wh: float | None
    restarted: bool = False
    meter_down: bool = False
    meter_unknown: bool = False
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is odd, whether the energy is left out of totals, and what it probably was."""

    flags: tuple[Flag, ...] = ()
    suspect: bool = False
    proposal_wh: float | None = None


def integrate(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """Return the energy of (time, power) points in the order of time, and how many seconds they cover."""
    energy_wh = covered_s = 0.0
    before: tuple[float, float] | None = None
    for at, power in points:
        if before is not None and 0 < at - before[0] <= LONGEST_GAP_S:
            covered_s += at - before[0]
            energy_wh += (power + before[1]) / 2 * (at - before[0]) / 3600
        before = (at, power)
    return energy_wh, covered_s


def judge(evidence: Evidence) -> Verdict:
    """Return the verdict.

    A register that is a thousandth, or a thousand times, of the integrated power has the wrong unit. One
    that dropped, ended below its start, or is unknown at the end counts only if the power confirms it.
    """
    factor = _unit_factor(evidence)
    if factor is not None:
        flag = Flag.UNIT_KWH if factor > 1 else Flag.UNIT_WH
        return Verdict((flag,), suspect=True, proposal_wh=evidence.energy_wh * factor)
    flags = (Flag.REGISTER_RESTARTED,) if evidence.restarted else ()
    doubtful = evidence.restarted or evidence.meter_down or evidence.meter_unknown
    if not doubtful or _confirmed(evidence):
        return Verdict(flags)
    if evidence.meter_unknown and evidence.measured and not (evidence.restarted or evidence.meter_down):
        return Verdict(flags)
    return Verdict(flags, suspect=True, proposal_wh=evidence.integrated_wh)


def _unit_factor(evidence: Evidence) -> float | None:
    integrated, energy = evidence.integrated_wh, evidence.energy_wh
    if integrated is None or energy <= 0 or max(integrated, energy) < LEAST_WH:
        return None
    low, high = THOUSANDFOLD
    if low <= integrated / energy <= high:
        return 1000.0
    if integrated > 0 and low <= energy / integrated <= high:
        return 0.001
    return None


def _confirmed(evidence: Evidence) -> bool:
    integrated, energy = evidence.integrated_wh, evidence.energy_wh
    if integrated is None:
        return False
    if max(integrated, energy) < LEAST_WH:
        return True
    return energy > 0 and CLOSE[0] <= integrated / energy <= CLOSE[1]
