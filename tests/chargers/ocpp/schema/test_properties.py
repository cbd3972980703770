"""Whatever is sent is understood or refused, and what comes out has the promised types."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chargers.ocpp.deviations import MAX_DETAIL
from chargers.ocpp.schema import PayloadError, Validated, encode, validate_call, validate_result
from chargers.ocpp.schema.official import official_schema
from chargers.ocpp.v16.messages.tables import CONFIRMATIONS, REQUESTS

texts = st.text(max_size=12) | st.sampled_from(["", "1,5", "12", "null", "2025-03-01T12:00:00", "Hz"])
numbers = st.integers() | st.floats(allow_nan=False) | st.sampled_from([0, -1, 2**31, 2**63, 1.5])
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def conforming(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that an official schema allows."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z")
    kinds: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "string": lambda: st.text(max_size=min(8, schema.get("maxLength", 8))),
        "integer": lambda: st.integers(-(2**31), 2**31 - 1),
        "number": lambda: st.integers(0, 10_000).map(lambda tenths: tenths / 10),
        "boolean": st.booleans,
        "array": lambda: st.lists(
            conforming(schema["items"]), min_size=schema.get("minItems", 0), max_size=3
        ),
        "object": lambda: conforming_object(schema),
    }
    return kinds[schema["type"]]()


def conforming_object(schema: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    parts = {name: conforming(part) for name, part in schema.get("properties", {}).items()}
    required = set(schema.get("required", ()))
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in required},
        optional={name: part for name, part in parts.items() if name not in required},
    )


@st.composite
def damaged(draw: st.DrawFn, schema: Mapping[str, Any]) -> Any:
    """Return a payload that is conforming but for a few parts, which may hold anything."""
    payload = draw(conforming(schema))
    for _ in range(draw(st.integers(1, 3))):
        payload = draw(damage(payload))
    return payload if isinstance(payload, dict) else {}


@st.composite
def damage(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from(sorted(value)))
        rest = {other: part for other, part in value.items() if other != name}
        how = draw(st.sampled_from(["inside", "inside", "drop", "case", "extra"]))
        return {
            "inside": lambda: rest | {name: draw(damage(value[name]))},
            "drop": lambda: rest,
            "case": lambda: rest | {name.upper(): value[name]},
            "extra": lambda: value | {draw(texts): draw(anything)},
        }[how]()
    if isinstance(value, list) and value and draw(st.integers(0, 2)):
        return [draw(damage(value[0])), *value[1:]]
    return draw(anything)


@cache
def official(name: str) -> jsonschema_rs.Draft4Validator:
    schema = official_schema("v16", name)
    assert schema is not None
    return jsonschema_rs.Draft4Validator(schema)


def schema_of(name: str) -> Mapping[str, Any]:
    schema = official_schema("v16", name)
    assert schema is not None
    return schema


def understood(validate: Callable[[], Validated[Any]]) -> Validated[Any] | None:
    """Return the outcome, None if it is a refusal for want of something required."""
    try:
        return validate()
    except PayloadError as refusal:
        if refusal.code not in {"OccurenceConstraintViolation", "FormationViolation"}:
            raise
        return None


requests = st.sampled_from(sorted(REQUESTS))
confirmations = st.sampled_from(sorted(CONFIRMATIONS))
thorough = settings(max_examples=300)


class TestRequests:
    @thorough
    @given(requests, st.data())
    def test_a_conforming_payload_is_understood(self, action: str, data: st.DataObject) -> None:
        payload = data.draw(conforming(schema_of(action)))

        message = validate_call("1.6", action, json.dumps(payload).encode()).message

        assert isinstance(message, REQUESTS[action])

    @thorough
    @given(requests, st.data())
    def test_a_damaged_payload_is_repaired_to_the_promised_types(
        self, action: str, data: st.DataObject
    ) -> None:
        payload = data.draw(damaged(schema_of(action)))
        validated = understood(lambda: validate_call("1.6", action, json.dumps(payload).encode()))
        assume(validated is not None)
        assert validated is not None

        message = validated.message

        assert msgspec.convert(msgspec.to_builtins(message), REQUESTS[action]) == message
        assert all(each.action == action for each in validated.deviations)
        assert all(len(each.detail) <= MAX_DETAIL for each in validated.deviations)

    @thorough
    @given(requests, st.data())
    def test_what_the_schema_forbids_is_never_without_a_deviation(
        self, action: str, data: st.DataObject
    ) -> None:
        payload = data.draw(damaged(schema_of(action)))

        validated = understood(lambda: validate_call("1.6", action, json.dumps(payload).encode()))

        assert validated is None or validated.deviations or official(action).is_valid(payload)

    @thorough
    @given(requests, st.data())
    def test_a_repair_is_complete_at_the_first_time(self, action: str, data: st.DataObject) -> None:
        payload = data.draw(damaged(schema_of(action)))
        first = understood(lambda: validate_call("1.6", action, json.dumps(payload).encode()))
        assume(first is not None)
        assert first is not None

        second = validate_call("1.6", action, encode(first.message))

        assert second.message == first.message

    @given(requests, st.binary())
    def test_no_bytes_raise_anything_but_a_refusal(self, action: str, payload: bytes) -> None:
        understood(lambda: validate_call("1.6", action, payload))

    @given(requests, st.dictionaries(texts, anything, max_size=6))
    def test_no_object_raises_anything_but_a_refusal(self, action: str, payload: dict[str, Any]) -> None:
        understood(lambda: validate_call("1.6", action, json.dumps(payload).encode()))

    @given(st.text())
    def test_no_action_raises_anything_but_a_refusal(self, action: str) -> None:
        with pytest.raises(PayloadError):
            validate_call("1.6", f"{action}?", b"{}")


class TestConfirmations:
    @thorough
    @given(confirmations, st.data())
    def test_a_conforming_payload_yields_no_deviation(self, action: str, data: st.DataObject) -> None:
        payload = data.draw(conforming(schema_of(f"{action}Response")))

        validated = validate_result("1.6", action, json.dumps(payload).encode())

        assert validated.deviations == ()
        assert isinstance(validated.message, CONFIRMATIONS[action])

    @thorough
    @given(confirmations, st.data())
    def test_a_damaged_payload_is_repaired_to_the_promised_types(
        self, action: str, data: st.DataObject
    ) -> None:
        payload = data.draw(damaged(schema_of(f"{action}Response")))
        validated = understood(lambda: validate_result("1.6", action, json.dumps(payload).encode()))
        assume(validated is not None)
        assert validated is not None

        message = validated.message

        assert msgspec.convert(msgspec.to_builtins(message), CONFIRMATIONS[action]) == message
