"""From sampled values, as text, to numbers in base units, one `Moment` per timestamp.

This is the hot path: what can be looked up is looked up, and nothing is built per sampled value.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from hashlib import blake2b
from typing import Final, Protocol

from chargers.device_time import trusted_time
from chargers.ocpp.v16.messages.repeated import TemplateValue
from charging.metering.headline import Headline, choose, impossible
from charging.metering.plans import SIGNED, Plan, plan_of
from charging.metering.shapes import NO_SLOT, SLOTS, Sampled, Shape, Shapes

_LARGEST: Final = 1e300
_IMPLAUSIBLE_WH: Final = float(2**32)


class Quality(IntFlag):
    """What is doubtful about a meter sample; the sample is stored all the same."""

    GOOD = 0
    CLOCK = 1
    ENERGY = 2
    SOC = 4
    NO_TRANSACTION = 8
    IMPOSSIBLE = 16


class Metered(Protocol):
    """A meter value of any OCPP version: readings of one moment."""

    @property
    def timestamp(self) -> str | None: ...  # noqa: D102
    @property
    def sampled_value(self) -> Sequence[Sampled]: ...  # noqa: D102


@dataclass(slots=True)
class Moment:
    """What a meter showed at one moment, ready to be stored.

    Attributes:
        at: the device's time if it can be trusted, else the receipt time.
        order_at: the same, but never later than the receipt: decides what is newest.
        context: number of the reading context of the first value.
        headline: the values that have columns, in base units.
        packed: pairs of (code, value) of everything else, None if there is nothing else.
        texts: values that are not numbers, as JSON; None if there are none.
        fingerprint: 64 bits of the content.
    """

    at: datetime
    order_at: datetime
    context: int
    quality: int
    headline: Headline
    packed: list[float] | None
    texts: str | None
    fingerprint: int


def read_moments(values: Sequence[Metered], received_at: datetime, shapes: Shapes) -> list[Moment]:
    """Return what `values` say, one moment per timestamp; those that say nothing are left out."""
    if len(values) == 1:
        only = values[0]
        if type(only) is TemplateValue and (plan := plan_of(only.template, shapes)) is not None:
            return [_read_by_plan(only, plan, received_at)]
        moment = _read(only.timestamp, only.sampled_value, received_at, shapes)
        return [] if moment is None else [moment]
    merged: dict[str | None, list[Sampled]] = {}
    for value in values:
        merged.setdefault(value.timestamp, []).extend(value.sampled_value)
    moments = (_read(text, samples, received_at, shapes) for text, samples in merged.items())
    return [moment for moment in moments if moment is not None]


def _read(  # noqa: C901 (the hot loop: a call per value would double its cost)
    timestamp: str | None, samples: Iterable[Sampled], received_at: datetime, shapes: Shapes
) -> Moment | None:
    slots: list[float | None] = [None] * SLOTS
    lesser: list[tuple[int, int, float]] = []
    numbers: list[float] = []
    packed: list[float] = []
    texts: list[object] = []
    known = shapes.known
    context = -1
    for sample in samples:
        shape = known.get(
            (sample.measurand, sample.unit, sample.phase, sample.context, sample.location)
        ) or shapes.learn(sample)
        code, factor, offset, slot, rank, own_context, direct, names = shape
        if context < 0:
            context = own_context
        try:
            value = float(sample.value)
        except ValueError:
            value = _number(sample.value)
        if not -_LARGEST < value < _LARGEST or names is not None or sample.format == SIGNED:
            if sample.value.strip():
                texts.append(_text(shape, sample.value))
            continue
        if factor != 1.0 or offset:
            value = value * factor + offset
        numbers.append(code)
        numbers.append(value)
        if slot != NO_SLOT:
            if rank:
                lesser.append((rank, slot, value))
            elif slots[slot] is None or not direct:
                slots[slot] = value
            else:
                direct = False
        if not direct or own_context != context:
            packed.append(code)
            packed.append(value)
    if not numbers and not texts:
        return None
    return _moment(timestamp, received_at, context, choose(slots, lesser), numbers, packed, texts)


def _read_by_plan(value: TemplateValue, plan: Plan, received_at: datetime) -> Moment:
    """Return the same as `_read`; nothing but the numbers is left to be looked at."""
    numbers = value.numbers
    if plan.scales is not None:
        numbers = [
            number if factor == 1.0 and not offset else number * factor + offset
            for number, (factor, offset) in zip(numbers, plan.scales, strict=True)
        ]
    coded = array("d", plan.codes)
    coded[1::2] = array("d", numbers)
    slots = [None if index is None else numbers[index] for index in plan.slots]
    packed = [coded[index] for index in plan.packed]
    return _moment(value.timestamp, received_at, plan.context, choose(slots, ()), coded, packed, ())


def _moment(
    timestamp: str | None,
    received_at: datetime,
    context: int,
    headline: Headline,
    numbers: Sequence[float],
    packed: list[float],
    texts: Sequence[object],
) -> Moment:
    time = trusted_time(timestamp, received_at)
    quality = 0 if time.trusted else int(Quality.CLOCK)
    if headline.energy_wh is not None and not 0 <= headline.energy_wh <= _IMPLAUSIBLE_WH:
        quality |= Quality.ENERGY
    soc = headline.soc_percent
    if soc is not None and not 0 <= soc <= 100:
        quality |= Quality.SOC
        headline = headline._replace(soc_percent=min(max(soc, 0.0), 100.0))
    broken = impossible(headline)
    if broken:
        quality |= Quality.IMPOSSIBLE
        packed = _kept_aside(numbers, packed, {getattr(headline, name) for name in broken})
        headline = headline._replace(**dict.fromkeys(broken))
    text = json.dumps(texts) if texts else None
    digest = blake2b(numbers if isinstance(numbers, array) else array("d", numbers), digest_size=8)
    if text:
        digest.update(text.encode())
    return Moment(
        time.at,
        min(time.at, received_at),
        context,
        int(quality),
        headline,
        packed or None,
        text,
        int.from_bytes(digest.digest(), "little", signed=True),
    )


def _kept_aside(numbers: Sequence[float], packed: list[float], values: set[float]) -> list[float]:
    """Return `packed` with what does not count as a headline value, though it is stored."""
    held = set(zip(packed[::2], packed[1::2], strict=True))
    aside = [
        pair
        for pair in zip(numbers[::2], numbers[1::2], strict=True)
        if pair[1] in values and pair not in held
    ]
    return packed + [number for pair in aside for number in pair]


def _number(text: str) -> float:
    """Return a number with a decimal comma, NaN if it is none."""
    try:
        return float(text.replace(",", ".")) if text.count(",") == 1 else float("nan")
    except ValueError:
        return float("nan")


def _text(shape: Shape, value: str) -> object:
    if shape.names is not None:
        return {"names": list(shape.names), "value": value}
    return {"code": int(shape.code), "value": value}
