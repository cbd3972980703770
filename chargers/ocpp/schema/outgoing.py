"""Outgoing payloads: strict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

import jsonschema_rs
import msgspec
from django.utils.translation import gettext as _

from chargers.ocpp.schema.errors import InvalidPayload
from chargers.ocpp.schema.official import official_schema
from chargers.ocpp.schema.versions import VERSIONS
from chargers.ocpp.schema.wording import field_of, message_of
from chargers.ocpp.times import format_time

EMPTY = b"{}"

_encoder = msgspec.json.Encoder()


def check_request(version: str, action: str, payload: Mapping[str, object]) -> None:
    """Check a request to a charge point against the official schema.

    Raises:
        InvalidPayload: with the field, and a message in the user's language.
    """
    validator = _validator(version, action)
    if validator is None:
        raise InvalidPayload(
            "action",
            _("%(action)s is not a message that OCPP %(version)s lets a central system send.")
            % {"action": action, "version": version},
        )
    for error in validator.iter_errors(plain(payload)):
        raise InvalidPayload(field_of(error), message_of(error))


def encode(value: object) -> bytes:
    """Return strict JSON: camelCase names, nothing that is None, times as `format_time` has them.

    `value` is a struct, a dataclass or a mapping; its parts may also be lists, text, numbers,
    truth values, times and enumeration members.

    Raises:
        TypeError: a part is of another type.
        ValueError: a number is not finite, or a time has no zone.
    """
    return _encoder.encode(plain(value)) if value else EMPTY


def plain(value: Any) -> Any:
    """Return `value` as JSON types: what `encode` writes."""
    if isinstance(value, str | int) and not isinstance(value, Enum):
        return value
    if isinstance(value, float | Decimal):
        return _finite(float(value))
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return {_camel(name): plain(part) for name, part in _parts(value) if part is not None}


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, msgspec.Struct):
        return [(each.encode_name, getattr(value, each.name)) for each in msgspec.structs.fields(value)]
    if is_dataclass(value):
        return [(each.name, getattr(value, each.name)) for each in fields(value)]
    raise TypeError(f"{type(value).__name__} cannot be written as JSON; convert it first.")


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in tail)


def _finite(number: float) -> float:
    if number - number != 0:
        raise ValueError("JSON has no infinite numbers; leave the value out.")
    return number


@lru_cache(maxsize=256)
def _validator(version: str, action: str) -> jsonschema_rs.Draft4Validator | None:
    tables = VERSIONS.get(version)
    if tables is None or action not in tables.outgoing:
        return None
    schema = official_schema(tables.folder, action)
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True) if schema else None
