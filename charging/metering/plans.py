"""How to read all sampled values of a template at once: what `reading` decides for each, decided once."""

from __future__ import annotations

from array import array
from typing import Final, NamedTuple

from chargers.ocpp.v16.messages.repeated import Template
from charging.metering.headline import fill
from charging.metering.shapes import NO_SLOT, SLOTS, Shape, Shapes

SIGNED: Final = "SignedData"


class Plan(NamedTuple):
    """What becomes of the numbers of a template; an index counts sampled values, from 0.

    Attributes:
        context: number of the reading context of the first value.
        scales: factor and offset to the base unit of each; None if all are in base units.
        codes: codes at even places, room for the numbers at odd ones.
        slots: of each headline place, the index of its number, None if there is none.
        packed: places in `codes`, filled with the numbers, that make the packed column.
    """

    context: int
    scales: tuple[tuple[float, float], ...] | None
    codes: array[float]
    slots: tuple[int | None, ...]
    packed: tuple[int, ...]


def plan_of(template: Template, shapes: Shapes) -> Plan | None:
    """Return the plan of `template`; None if its values have to be looked at one by one.

    That is so while one of its names is not committed, or if one has no number or is signed data.
    """
    plan: Plan | None = template.notes
    if plan is None:
        plan = template.notes = _make(template, shapes)
    return plan


def _make(template: Template, shapes: Shapes) -> Plan | None:
    settled = [
        shapes.known.get((each.measurand, each.unit, each.phase, each.context, each.location))
        for each in template.samples
        if each.format != SIGNED
    ]
    found = [shape for shape in settled if shape is not None and shape.names is None]
    if len(found) < len(template.samples):
        return None
    scales = tuple((shape.factor, shape.offset) for shape in found)
    slots, packed = _places(found)
    return Plan(
        found[0].context,
        None if all(scale == (1.0, 0.0) for scale in scales) else scales,
        array("d", [number for shape in found for number in (shape.code, 0.0)]),
        slots,
        packed,
    )


def _places(found: list[Shape]) -> tuple[tuple[int | None, ...], tuple[int, ...]]:
    slots: list[int | None] = [None] * SLOTS
    lesser: list[tuple[int, int, int]] = []
    packed: list[int] = []
    for index, shape in enumerate(found):
        direct = shape.direct
        if shape.slot != NO_SLOT:
            if shape.rank:
                lesser.append((shape.rank, shape.slot, index))
            elif slots[shape.slot] is None or not direct:
                slots[shape.slot] = index
            else:
                direct = False
        if not direct or shape.context != found[0].context:
            packed += (2 * index, 2 * index + 1)
    fill(slots, lesser)
    return tuple(slots), tuple(packed)
