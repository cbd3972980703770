"""The OCPP-J envelope: text to frames and back (OCPP-J 1.6 §4.2).

A well-formed frame is split in one call to a typed decoder that leaves its payload undecoded.
Everything else takes the slow way through `chargers.ocpp.mending`, which repairs what can be
repaired without guessing and finds out to whom the rest is to be refused.
"""

from __future__ import annotations

import msgspec

from chargers.ocpp.deviations import Deviation
from chargers.ocpp.frames import (
    MAX_ACTION,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_MESSAGE_ID,
    Broken,
    Call,
    Error,
    Frame,
    NumericId,
    Result,
)
from chargers.ocpp.mending import mend

__all__ = [
    "MAX_ACTION",
    "MAX_DEPTH",
    "MAX_FRAME_BYTES",
    "MAX_MESSAGE_ID",
    "Broken",
    "Call",
    "Error",
    "Frame",
    "Result",
    "call_frame",
    "error_frame",
    "parse",
    "plain_call",
    "result_frame",
]

MAX_DESCRIPTION = 255

_decode = msgspec.json.Decoder(Call | Result | Error).decode
_decode_call = msgspec.json.Decoder(Call).decode
_encode = msgspec.json.Encoder().encode

_OPENING_BRACE = 0x7B


def parse(text: str) -> tuple[Frame, tuple[Deviation, ...]]:
    """Split one text frame; never raises, whatever `text` holds.

    Returns:
        the frame, or `Broken` if no meaning can be given to it, and what was odd about it.
    """
    if len(text) > MAX_FRAME_BYTES:
        return mend(text)
    try:
        frame = _decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return mend(text)
    if _is_plain(frame) and not ("\\" in text and "\\u0000" in text):
        return frame, ()
    return mend(text)


def plain_call(text: str) -> Call | None:
    """Return a request that needs no second look; None for everything else."""
    try:
        frame = _decode_call(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    return frame if _is_plain(frame) and not ("\\" in text and "\\u0000" in text) else None


def _is_plain(frame: Call | Result | Error) -> bool:
    """Tell whether the frame needs no second look."""
    if not 0 < len(frame.message_id) <= MAX_MESSAGE_ID:
        return False
    if type(frame) is Call and not (frame.action.isalpha() and len(frame.action) <= MAX_ACTION):
        return False
    return memoryview(frame.payload)[0] == _OPENING_BRACE


def call_frame(message_id: str, action: str, payload: bytes) -> str:
    """Return a CALL; `payload` is a JSON object."""
    return f"[2,{_id(message_id)},{_text(action)},{payload.decode()}]"


def result_frame(message_id: str, payload: bytes) -> str:
    """Return a CALLRESULT; `payload` is a JSON object."""
    return f"[3,{_id(message_id)},{payload.decode()}]"


def error_frame(message_id: str, code: str, description: str) -> str:
    """Return a CALLERROR without details; the description is cut to 255 characters."""
    return f"[4,{_id(message_id)},{_text(code)},{_text(description[:MAX_DESCRIPTION])},{{}}]"


def _id(message_id: str) -> str:
    return message_id if type(message_id) is NumericId else _text(message_id)


def _text(value: str) -> str:
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:
        return _encode(value.encode("utf-8", "replace").decode()).decode()
