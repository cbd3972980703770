"""Meter values (OCPP 1.6 §7.33, §7.43)."""

from __future__ import annotations

from chargers.ocpp.v16.messages.base import Message


class SampledValue(Message, frozen=True, kw_only=True):
    """One reading; what is None has the default of §7.43 (Wh, Sample.Periodic, Outlet, Raw ...).

    `value` is decimal text with a point, except in signed data; "" if the charge point left it
    empty. `unit` is in the specification's spelling where that is known.
    """

    value: str
    context: str | None = None
    format: str | None = None
    measurand: str | None = None
    phase: str | None = None
    location: str | None = None
    unit: str | None = None


class MeterValue(Message, frozen=True, kw_only=True):
    """Readings of one moment; `timestamp` is as sent, None if it was left out."""

    timestamp: str | None = None
    sampled_value: list[SampledValue]
