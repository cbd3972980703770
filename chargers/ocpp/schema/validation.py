"""Incoming payloads: tolerant in, every departure from the specification recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec

from chargers.ocpp.deviations import Deviation, DeviationLog
from chargers.ocpp.schema.errors import PayloadError
from chargers.ocpp.schema.nodes import Node, compile_node
from chargers.ocpp.schema.official import official_schema
from chargers.ocpp.schema.repair import Repair
from chargers.ocpp.schema.strict import strict_type
from chargers.ocpp.schema.tolerant import decode_tolerantly
from chargers.ocpp.schema.versions import Review, Version, version_tables
from chargers.ocpp.v16.messages.repeated import RepeatedMeterValues

M = TypeVar("M")


class Validated(msgspec.Struct, Generic[M], frozen=True, gc=False):
    """A message of the version's structs, and what the charge point did wrong or oddly."""

    message: M
    deviations: tuple[Deviation, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one kind of message is validated."""

    version: Version
    struct: type[msgspec.Struct]
    node: Node
    decoder: msgspec.json.Decoder[Any]
    defaults: Mapping[str, object]
    review: Review
    is_request: bool
    repeated: RepeatedMeterValues | None = None


def validate_call(version: str, action: str, payload: bytes) -> Validated[Any]:
    """Check and type the payload of a charge point's request.

    Raises:
        PayloadError: NotImplemented for an unknown action, NotSupported for one that is not
            served here, another code if the payload cannot be repaired.
    """
    return _validate(_call_plan(version, action), action, payload)


def validate_plain_call(version: str, action: str, payload: bytes) -> Validated[Any] | None:
    """Check and type the payload of a request that needs no repair; None if it needs one.

    Raises:
        PayloadError: as `validate_call`.
    """
    plan = _call_plan(version, action)
    if plan.repeated is None:
        return _validate_plain(plan, action, payload)
    message = plan.repeated.read(payload)
    if message is not None:
        return Validated(message, ())
    validated = _validate_plain(plan, action, payload)
    if validated is not None and not validated.deviations:
        plan.repeated.learn(payload, validated.message)
    return validated


def validate_result(version: str, action: str, payload: bytes) -> Validated[Any]:
    """Check and type the payload of the answer to our request `action`.

    Raises:
        PayloadError: as `validate_call`.
    """
    return _validate(_result_plan(version, action), action, payload)


def _validate(plan: _Plan, action: str, payload: bytes) -> Validated[Any]:
    return _validate_plain(plan, action, payload) or _repaired(plan, action, payload)


def _validate_plain(plan: _Plan, action: str, payload: bytes) -> Validated[Any] | None:
    try:
        message = plan.decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    log = DeviationLog(action)
    plan.review(message, log)
    if not log:
        return Validated(message, ())
    if log.has("decimal-comma"):
        return None
    return Validated(message, log.freeze())


def _repaired(plan: _Plan, action: str, payload: bytes) -> Validated[Any]:
    log = DeviationLog(action)
    data = decode_tolerantly(payload, log)
    repair = Repair(plan.version, plan.defaults, log, is_request=plan.is_request)
    try:
        message = msgspec.convert(repair.payload(plan.node, data), plan.struct)
    except msgspec.ValidationError as error:
        raise PayloadError("TypeConstraintViolation", "The payload cannot be read.") from error
    plan.review(message, log)
    return Validated(message, log.freeze())


@lru_cache(maxsize=256)
def _call_plan(version: str, action: str) -> _Plan:
    tables = version_tables(version)
    schema = official_schema(tables.folder, action)
    if schema is None or action.endswith("Response"):
        raise PayloadError("NotImplemented", "The action is not known.")
    struct = tables.requests.get(action)
    if struct is None:
        raise PayloadError("NotSupported", f"{action} is not served here.")
    node = compile_node(schema, struct)
    decoder = msgspec.json.Decoder(strict_type(node, empty_text=False))
    review = tables.reviews.get(action, _nothing_notable)
    defaults = tables.request_defaults.get(action, {})
    repeated = tables.repeated.get(action)
    return _Plan(
        tables,
        struct,
        node,
        decoder,
        defaults,
        review,
        is_request=True,
        repeated=None if repeated is None else repeated(decoder.decode),
    )


@lru_cache(maxsize=256)
def _result_plan(version: str, action: str) -> _Plan:
    tables = version_tables(version)
    schema = official_schema(tables.folder, f"{action}Response")
    struct = tables.confirmations.get(action)
    if schema is None or struct is None:
        raise PayloadError("NotSupported", f"Answers to {action} are not understood here.")
    node = compile_node(schema, struct)
    decoder = msgspec.json.Decoder(strict_type(node, empty_text=True))
    defaults = tables.confirmation_defaults.get(action, {})
    return _Plan(tables, struct, node, decoder, defaults, _nothing_notable, is_request=False)


def _nothing_notable(message: Any, log: DeviationLog) -> None:
    """Review nothing."""
