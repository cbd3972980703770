"""Choosing the values that have columns of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from charging.metering.shapes import CURRENT, ENERGY, POWER, SLOTS, SOC, TEMPERATURE, VOLTAGE

_FAMILIES: Final = (
    range(POWER, ENERGY),
    range(ENERGY, CURRENT),
    range(CURRENT, VOLTAGE),
    range(VOLTAGE, SOC),
    range(SOC, SOC + 1),
    range(TEMPERATURE, SLOTS),
)


N = TypeVar("N", int, float)


class Headline(NamedTuple):
    """Power in W, import register in Wh, current per phase in A, voltage in V, SoC in percent,
    temperature in degrees Celsius; None where nothing was said.
    """  # noqa: D205 (one sentence)

    power_w: float | None = None
    energy_wh: float | None = None
    current_l1_a: float | None = None
    current_l2_a: float | None = None
    current_l3_a: float | None = None
    voltage_v: float | None = None
    soc_percent: float | None = None
    temperature_c: float | None = None


_BOUNDS: Final = Headline(
    power_w=50e6,
    current_l1_a=50e3,
    current_l2_a=50e3,
    current_l3_a=50e3,
    voltage_v=50e3,
    temperature_c=1000.0,
)
"""What no meter of a charging site can show, of either sign; broken ones tell 65,535 V or 4,294,967,295 W."""


def impossible(headline: Headline) -> list[str]:
    """Return the fields whose values no meter of a charging site can show."""
    return [
        name
        for name, value, bound in zip(Headline._fields, headline, _BOUNDS, strict=True)
        if value is not None and bound is not None and not -bound <= value <= bound
    ]


def choose(slots: list[float | None], lesser: Sequence[tuple[int, int, float]]) -> Headline:
    """Return the headline values.

    A total goes before the sum (power, energy) or the mean (voltage) of the phases. A current
    without a phase counts as L1 where no phase has one.

    Args:
        slots: values taken at the outlet, by slot.
        lesser: (rank, slot, value) taken elsewhere; they fill what the outlet leaves empty.
    """
    if lesser:
        fill(slots, lesser)
    l1, l2, l3 = slots[CURRENT + 1 : CURRENT + 4]
    if l1 is None and l2 is None and l3 is None:
        l1 = slots[CURRENT]
    power, energy, voltage = slots[POWER], slots[ENERGY], slots[VOLTAGE]
    return Headline(
        _sum(slots[POWER + 1 : ENERGY]) if power is None else power,
        _sum(slots[ENERGY + 1 : CURRENT]) if energy is None else energy,
        l1,
        l2,
        l3,
        _mean(slots[VOLTAGE + 1 : SOC]) if voltage is None else voltage,
        slots[SOC],
        slots[TEMPERATURE],
    )


def fill(slots: list[N | None], lesser: Sequence[tuple[int, int, N]]) -> None:
    """Fill each family of slots from the best rank that has a value for it."""
    by_rank = sorted(lesser, key=lambda item: item[0])
    for _, group in groupby(by_rank, key=lambda item: item[0]):
        items = list(group)
        for family in _FAMILIES:
            if all(slots[slot] is None for slot in family):
                for _, slot, value in items:
                    if slot in family:
                        slots[slot] = value


def _sum(phases: Iterable[float | None]) -> float | None:
    values = [value for value in phases if value is not None]
    return sum(values) if values else None


def _mean(phases: Iterable[float | None]) -> float | None:
    """Return the mean of the phases that are connected; a phase at 0 V is not."""
    values = [value for value in phases if value is not None]
    live = [value for value in values if value] or values
    return sum(live) / len(live) if live else None
