"""A quick way to read MeterValues of the kind that a charge point sends over and over (§6.31).

Its sampled values keep their names from message to message; only the numbers change. The payload is cut
at the numbers: what lies between them has been read and found in order before, or the message takes the
ordinary way. Cutting is safe because in JSON without a backslash a quote always begins or ends a string,
so that `"value":"` is a key and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import msgspec

from chargers.ocpp.times import odd_time
from chargers.ocpp.v16.messages.metering import MeterValue, SampledValue
from chargers.ocpp.v16.messages.requests import MeterValuesReq

MAX_KNOWN: Final = 512
"""Templates kept; the next one makes room by dropping all."""

MAX_BYTES: Final = 8192
"""Longer payloads are not taken as templates."""

_COMPACT, _SPACED = '"value":"', '"value": "'
_MAX_DIGITS: Final = 300
"""Of all numbers of a message together: none of them can overflow."""

_MINUS_ZERO: Final = "-0"
_PLAIN: Final = frozenset("0123456789.-,")
_decode_numbers = msgspec.json.Decoder(list[float]).decode

_STAND_IN: Final = '"value":"0"}'
_BETWEEN: Final = "\0"
"""Stands for a number in a key; JSON that conforms has no such character."""


class Template:
    """The names of the sampled values of a kind of message, in their order.

    Attributes:
        samples: as in the message from which it was learnt, values included.
        notes: a place for what a reader works out about it once.
    """

    __slots__ = ("notes", "samples")

    def __init__(self, samples: Sequence[SampledValue]) -> None:
        self.samples = tuple(samples)
        self.notes: Any = None


class TemplateValue(msgspec.Struct, frozen=True, gc=False):
    """A `MeterValue` whose sampled values have the names of `template` and these numbers."""

    timestamp: str | None
    template: Template
    texts: tuple[str, ...]
    numbers: list[float]

    @property
    def sampled_value(self) -> list[SampledValue]:
        """The sampled values one by one, as the ordinary way reads them."""
        return [
            msgspec.structs.replace(sample, value=text)
            for sample, text in zip(self.template.samples, self.texts, strict=True)
        ]


class _Cut:
    """A payload cut at its numbers: what names the template, the numbers, and the rest of the message."""

    __slots__ = ("frame", "key", "texts")

    def __init__(self, key: str, texts: tuple[str, ...], frame: str) -> None:
        self.key = key
        self.texts = texts
        self.frame = frame


class RepeatedMeterValues:
    """The templates met by this process.

    Args:
        decode: reads a whole payload that conforms to the schema; raises `msgspec.MsgspecError` otherwise.
    """

    def __init__(self, decode: Callable[[str], MeterValuesReq]) -> None:
        self._decode = decode
        self._known: dict[str, Template] = {}

    def read(self, payload: bytes) -> MeterValuesReq | None:
        """Return a message that needs no repair and in which nothing is notable; None: not known here."""
        cut = _cut(payload)
        if cut is None:
            return None
        template = self._known.get(cut.key)
        return None if template is None else self._read(cut, template)

    def learn(self, payload: bytes, message: MeterValuesReq) -> None:
        """Keep the template of a message that was read on the ordinary way and has nothing notable."""
        cut = _cut(payload) if len(payload) <= MAX_BYTES and len(message.meter_value) == 1 else None
        if cut is None:
            return
        template = Template(message.meter_value[0].sampled_value)
        again = self._read(cut, template)
        if again is None or not _same(again, message):
            return
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[cut.key] = template

    def _read(self, cut: _Cut, template: Template) -> MeterValuesReq | None:
        if len(cut.texts) != len(template.samples):
            return None
        try:
            numbers = _numbers(cut.texts)
            frame = self._decode(cut.frame)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
        values = frame.meter_value
        if len(values) != 1 or len(values[0].sampled_value) != 1 or _is_notable(frame, values[0]):
            return None
        value = TemplateValue(values[0].timestamp, template, cut.texts, numbers)
        return MeterValuesReq(
            connector_id=frame.connector_id,
            transaction_id=frame.transaction_id,
            meter_value=cast("list[MeterValue]", [value]),
        )


def _cut(payload: bytes) -> _Cut | None:
    text = payload.decode()
    head, *samples = text.split(_COMPACT if _COMPACT in text else _SPACED)
    if not samples or "\\" in text:
        return None
    texts, _quotes, rests = zip(*[sample.partition('"') for sample in samples], strict=True)
    opening, closing = head.rfind("{") + 1, rests[-1].find("]")
    if not opening or closing < 0:
        return None
    key = _BETWEEN.join((head[opening:], *rests[:-1], rests[-1][:closing]))
    return _Cut(key, texts, head[:opening] + _STAND_IN + rests[-1][closing:])


def _numbers(texts: Sequence[str]) -> list[float]:
    """Return the numbers that `texts` are: read as JSON in one call, several times as fast as one by one.

    Raises:
        ValueError: one of them is no plain decimal number (the ordinary way reads more than those).
    """
    listed = ",".join(texts)
    if len(listed) > _MAX_DIGITS or not _PLAIN.issuperset(listed):
        raise ValueError("not decimal")
    if _MINUS_ZERO in texts:
        raise ValueError("JSON would drop the sign of the whole number")
    numbers = _decode_numbers(f"[{listed}]")
    if len(numbers) != len(texts):
        raise ValueError("a comma inside a number")
    return numbers


def _is_notable(frame: MeterValuesReq, value: MeterValue) -> bool:
    """Tell whether the ordinary way would record something, or asks more than is known here."""
    transaction_id = frame.transaction_id
    return (
        frame.connector_id <= 0
        or (transaction_id is not None and transaction_id <= 0)
        or (value.timestamp is not None and odd_time(value.timestamp) is not None)
    )


def _same(one: MeterValuesReq, other: MeterValuesReq) -> bool:
    return (
        one.connector_id == other.connector_id
        and one.transaction_id == other.transaction_id
        and one.meter_value[0].timestamp == other.meter_value[0].timestamp
        and list(map(msgspec.structs.asdict, one.meter_value[0].sampled_value))
        == list(map(msgspec.structs.asdict, other.meter_value[0].sampled_value))
    )
