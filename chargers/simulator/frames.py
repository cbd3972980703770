"""Text frames of OCPP-J 1.6 §4: call, result and error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the other side."""

    message_id: str
    action: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a call of ours."""

    message_id: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Failure:
    """The other side could not process a call of ours."""

    message_id: str
    code: str
    description: str = ""
    details: Payload = field(default_factory=dict)


Frame = Call | Result | Failure


class BadFrameError(Exception):
    """The text is no OCPP-J frame."""


def encode(frame: Frame) -> str:
    """Write a frame as JSON text."""
    parts: list[Any]
    if isinstance(frame, Call):
        parts = [2, frame.message_id, frame.action, frame.payload]
    elif isinstance(frame, Result):
        parts = [3, frame.message_id, frame.payload]
    else:
        parts = [4, frame.message_id, frame.code, frame.description, frame.details]
    return msgspec.json.encode(parts).decode()


def decode(text: str | bytes) -> Frame:
    """Read a frame.

    Raises:
        BadFrameError: when it is no JSON or no OCPP-J frame.
    """
    try:
        parts = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadFrameError(str(error)) from error
    match parts:
        case [2, str(message_id), str(action), dict(payload)]:
            return Call(message_id, action, payload)
        case [3, str(message_id), dict(payload)]:
            return Result(message_id, payload)
        case [4, str(message_id), str(code), *rest]:
            return Failure(message_id, code, str(rest[0]) if rest else "")
        case _:
            raise BadFrameError("neither call, result nor error")
