"""Strict checks of what the central system sends, by the official JSON schemas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema_rs

from chargers.ocpp.schema.official import official_schema

MAX_MESSAGE_ID = 36


@lru_cache(maxsize=128)
def _validator(name: str) -> jsonschema_rs.Validator:
    schema = official_schema("v16", name)
    assert schema is not None, f"OCPP 1.6 has no message {name}"
    validator: jsonschema_rs.Validator = jsonschema_rs.validator_for(schema, validate_formats=True)
    return validator


def check_payload(name: str, payload: Any) -> None:
    """Fail unless `payload` is what the schema of `name` ("Reset", "AuthorizeResponse") allows."""
    problems = [f"{error.instance_path}: {error.message}" for error in _validator(name).iter_errors(payload)]
    assert not problems, f"{name} {payload}: {problems}"


def check_call(frame: list[Any]) -> None:
    """Fail unless `frame` is a correct CALL (OCPP-J 1.6 §4.2.1)."""
    assert len(frame) == 4, frame
    _kind, message_id, action, payload = frame
    assert isinstance(message_id, str), frame
    assert 0 < len(message_id) <= MAX_MESSAGE_ID, frame
    check_payload(action, payload)


def check_result(frame: list[Any], message_id: str, action: str) -> None:
    """Fail unless `frame` is a correct CALLRESULT to our call `action` (OCPP-J 1.6 §4.2.2)."""
    assert len(frame) == 3, frame
    assert frame[:2] == [3, message_id], frame
    check_payload(f"{action}Response", frame[2])
