"""The slow way of framing: frames that are not as OCPP-J wants them (OCPP-J 1.6 §4.2).

What has only one meaning is repaired and recorded; for the rest, the message type, the message
id and the action are found with a bounded look at the start, so that a refusal can be addressed.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from chargers.ocpp.deviations import Deviation, DeviationLog, printable
from chargers.ocpp.frames import (
    MAX_ACTION,
    MAX_DEPTH,
    MAX_FRAME_BYTES,
    MAX_MESSAGE_ID,
    TOLERATED_MESSAGE_ID,
    Broken,
    Call,
    Error,
    Frame,
    NumericId,
    Result,
)
from chargers.ocpp.lexing import clean, deeper_than, read_head

CALL: Final = 2
RESULT: Final = 3
ERROR: Final = 4

_MALFORMED: Final = "FormationViolation"
_TYPES: Final = {b"2": CALL, b"3": RESULT, b"4": ERROR}
_EMPTY: Final = b"{}"

_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode
_NUMBER: Final = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_string = msgspec.json.Decoder(str).decode


def mend(text: str) -> tuple[Frame, tuple[Deviation, ...]]:
    """Split one odd text frame; never raises."""
    log = DeviationLog("")
    if len(text) > MAX_FRAME_BYTES:
        frame: Frame = _broken(text, f"The frame is longer than {MAX_FRAME_BYTES} characters.")
    else:
        frame = _mend(clean(text, log), log)
    if type(frame) is Broken:
        log.add("broken-frame", "", frame.description)
    return frame, log.freeze()


def _mend(text: str, log: DeviationLog) -> Frame:
    if deeper_than(text, MAX_DEPTH):
        return _broken(text, f"The frame nests deeper than {MAX_DEPTH} levels.")
    try:
        elements = [bytes(element) for element in _elements(text)]
    except msgspec.ValidationError:
        return Broken(None, None, "", _MALFORMED, "The frame is not a JSON array.")
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return _broken(text, "The frame is not valid JSON.")
    return _Mender(elements, log).frame()


def _broken(text: str, description: str) -> Broken:
    kind, raw_id, action = read_head(text)
    message_id = None
    if raw_id is not None:
        message_id = _read_id(raw_id.encode("utf-8", "replace"), DeviationLog(""))
    return Broken(kind, message_id, action if kind == CALL else "", _MALFORMED, description)


def _read_id(raw: bytes, log: DeviationLog) -> str | None:
    """Return the message id as text, None if nobody can be answered under it."""
    if raw[:1] == b'"':
        message_id = _read_string(raw)
    elif raw[:1] in b"-0123456789" and raw:
        log.add("message-id-not-text", "", "the message id is a number")
        message_id = NumericId(raw.decode()) if _NUMBER.fullmatch(raw) else raw.decode()
    else:
        return None
    if message_id is None or len(message_id) > TOLERATED_MESSAGE_ID:
        return None
    if not message_id:
        log.add("message-id-empty", "", "the message id is empty")
    if len(message_id) > MAX_MESSAGE_ID:
        log.add("message-id-too-long", "", f"{len(message_id)} of {MAX_MESSAGE_ID} characters")
    return message_id


def _read_string(raw: bytes) -> str | None:
    try:
        return _string(raw)
    except msgspec.MsgspecError:
        return None


class _Mender:
    """Gives a meaning to the elements of one array."""

    __slots__ = ("elements", "log")

    def __init__(self, elements: list[bytes], log: DeviationLog) -> None:
        self.elements = elements
        self.log = log

    def frame(self) -> Frame:
        kind = self._kind()
        if kind is None:
            return self._refuse(None, None, "The first element is not a message type.")
        message_id = _read_id(self.elements[1], self.log) if len(self.elements) > 1 else None
        if message_id is None:
            return self._refuse(kind, None, "The message id is missing or unusable.")
        if kind == CALL:
            return self._call(message_id)
        if kind == RESULT:
            return self._result(message_id)
        if kind == ERROR:
            return self._error(message_id)
        return self._refuse(kind, message_id, "OCPP 1.6 does not have this message type.")

    def _kind(self) -> int | None:
        first = self.elements[0] if self.elements else b""
        known = _TYPES.get(first) or _TYPES.get(first.strip(b'"').removesuffix(b".0"))
        if known is not None:
            if first not in _TYPES:
                self.log.add("message-type-not-integer", "", "the message type is no integer")
            return known
        return int(first) if len(first) <= 4 and first.isdigit() else None

    def _call(self, message_id: str) -> Frame:
        action = self._text(2)
        if action is None or not action.strip() or len(action) > MAX_ACTION:
            return self._refuse(CALL, message_id, "The action is missing or no name.")
        if action != action.strip():
            self.log.add("blank-in-action", "", "blanks around the action")
            action = action.strip()
        payload = self._payload(3)
        if payload is None:
            return self._refuse(CALL, message_id, "The payload is not an object.", action)
        return Call(message_id, action, msgspec.Raw(payload))

    def _result(self, message_id: str) -> Frame:
        payload = self._payload(2)
        if payload is None:
            return self._refuse(RESULT, message_id, "The payload is not an object.")
        return Result(message_id, msgspec.Raw(payload))

    def _error(self, message_id: str) -> Frame:
        code = self._text(2)
        if not code:
            self.log.add("missing-error-code", "", "the error code is missing or no text")
        description = self._text(3)
        if description is None:
            self.log.add("missing-description", "", "the error description is missing or no text")
        details = self._payload(4)
        return Error(message_id, code or "GenericError", description or "", msgspec.Raw(details or _EMPTY))

    def _text(self, index: int) -> str | None:
        if len(self.elements) <= index:
            return None
        return _read_string(self.elements[index])

    def _payload(self, index: int) -> bytes | None:
        """Return the object at `index`, the last one of the frame; None if it is no object."""
        if len(self.elements) > index + 1:
            self.log.add("extra-element", "", f"{len(self.elements)} elements, not {index + 1}")
        if len(self.elements) <= index:
            self.log.add("missing-payload", "", "the frame has no payload")
            return _EMPTY
        raw = self.elements[index]
        if raw == b"null":  # allowed by OCPP-J 1.6 §4.2.1
            return _EMPTY
        if raw.startswith(b"[") and not raw[1:-1].strip():
            self.log.add("payload-not-object", "", "an empty array stands for the payload")
            return _EMPTY
        if raw.startswith(b"{"):
            return raw
        self.log.add("payload-not-object", "", "the payload is not an object")
        return None

    def _refuse(self, kind: int | None, message_id: str | None, description: str, action: str = "") -> Broken:
        return Broken(kind, message_id, printable(action), _MALFORMED, description)
