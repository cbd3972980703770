"""The shapes of OCPP-J frames and their limits (OCPP-J 1.6 §4.2, tables 2 to 6)."""

from __future__ import annotations

import msgspec

MAX_FRAME_BYTES = 1024 * 1024
"""Longest frame looked at; the server refuses longer ones before they get here."""

MAX_DEPTH = 64
"""Deepest nesting of arrays and objects; no OCPP message needs more than ten levels."""

MAX_MESSAGE_ID = 36
"""Longest message id that the specification allows (table 3)."""

TOLERATED_MESSAGE_ID = 255
"""Longest message id that is answered all the same."""


class NumericId(str):
    """A message id that came as a JSON number: it goes back as one, for its sender may know it only so."""

    __slots__ = ()


MAX_ACTION = 64
"""Longest action name; the longest of OCPP 1.6 to 2.1 has 35 characters."""


class Call(msgspec.Struct, array_like=True, tag=2, frozen=True, gc=False, forbid_unknown_fields=True):
    """A request."""

    message_id: str
    action: str
    payload: msgspec.Raw


class Result(msgspec.Struct, array_like=True, tag=3, frozen=True, gc=False, forbid_unknown_fields=True):
    """The answer to a request."""

    message_id: str
    payload: msgspec.Raw


class Error(msgspec.Struct, array_like=True, tag=4, frozen=True, gc=False, forbid_unknown_fields=True):
    """The refusal of a request; `payload` holds the error details."""

    message_id: str
    code: str
    description: str
    payload: msgspec.Raw


class Broken(msgspec.Struct, frozen=True, gc=False):
    """A text that is no frame; what could be read of it.

    Attributes:
        kind: 2 CALL, 3 CALLRESULT, 4 CALLERROR, another number, or None.
        message_id: None if unreadable: then nobody can be answered.
        action: of a CALL, "" if unreadable.
        code: why, as an OCPP-J error code in the spelling of 1.6.
        description: why, in words.
    """

    kind: int | None
    message_id: str | None
    action: str
    code: str
    description: str


Frame = Call | Result | Error | Broken
