"""The packed column of meter samples: pairs of (code, value), both doubles.

A code is an integer below 2**53, so that a double holds it exactly: 13 bits of measurand, then 10 bits
each of unit, phase, context and location (numbers of `charging.metering.vocabulary`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from charging.metering.vocabulary import Kind

_BITS: Final = 10
_MASK: Final = (1 << _BITS) - 1
CAPACITY: Final = {
    Kind.MEASURAND: 1 << 13,
    Kind.UNIT: 1 << _BITS,
    Kind.PHASE: 1 << _BITS,
    Kind.CONTEXT: 1 << _BITS,
    Kind.LOCATION: 1 << _BITS,
}
"""How many numbers each facet has."""


class Facets(NamedTuple):
    """What a value is, in numbers of the vocabulary."""

    measurand: int = 0
    unit: int = 0
    phase: int = 0
    context: int = 0
    location: int = 0


def pack(facets: Facets) -> int:
    """Return the code of `facets`."""
    code = 0
    for number in facets:
        code = (code << _BITS) | number
    return code


def unpack(code: float) -> Facets:
    """Return the facets of `code`."""
    rest = int(code)
    numbers = []
    for _ in range(4):
        numbers.append(rest & _MASK)
        rest >>= _BITS
    return Facets(rest, *reversed(numbers))


def pairs(packed: Sequence[float] | None) -> Iterator[tuple[Facets, float]]:
    """Yield what a packed column holds."""
    numbers = packed or ()
    for code, value in zip(numbers[::2], numbers[1::2], strict=True):
        yield unpack(code), value
