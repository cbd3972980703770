"""Payloads by the official schemas: tolerant in, strict out."""

from __future__ import annotations

from chargers.ocpp.schema.errors import InvalidPayload, PayloadError
from chargers.ocpp.schema.outgoing import check_request, encode, plain
from chargers.ocpp.schema.validation import (
    Validated,
    validate_call,
    validate_plain_call,
    validate_result,
)
from chargers.ocpp.times import format_time, is_plausible, parse_time

__all__ = [
    "InvalidPayload",
    "PayloadError",
    "Validated",
    "check_request",
    "encode",
    "format_time",
    "is_plausible",
    "parse_time",
    "plain",
    "validate_call",
    "validate_plain_call",
    "validate_result",
]
