"""JSON text of unknown quality: lexical repair, nesting depth, and a look at a broken frame's head.

Every function here is linear in the length of its input and does not recurse.
"""

from __future__ import annotations

import re
from itertools import accumulate

from chargers.ocpp.deviations import DeviationLog

# A string (closed or running to the end), a number that is none, or a comma before a bracket.
# Possessive quantifiers: no backtracking, hence linear.
_TOKEN = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[-+]?\b(?:NaN|Infinity)\b|,(?=[ \t\r\n]*+[\]}])', re.DOTALL
)
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a surrogate pair
    r"|\\u[0-9a-fA-F]{4}|\\.|[\x00-\x1f]",
    re.DOTALL,
)
_NOT_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[^\[\]{}"]++', re.DOTALL)
_HEAD = re.compile(
    r'[^\[]{0,8}\[\s*+"?(?P<kind>\d)"?\s*+,\s*+(?P<id>"(?:[^"\\]|\\.){0,255}"|-?\d{1,255})'
    r'(?:\s*+,\s*+"(?P<action>[A-Za-z0-9]{1,64})")?',
    re.DOTALL,
)
_HEAD_LENGTH = 1024
_STEPS = str.maketrans({"[": "\x01", "{": "\x01", "]": "\xff", "}": "\xff"})  # +1, -1 as signed bytes
_SIMPLE_ESCAPES = frozenset('"\\/bfnrt')


def clean(text: str, log: DeviationLog) -> str:
    """Return `text` with everything repaired that has only one meaning; record what was done.

    Removed: a byte order mark, NUL characters, commas before a closing bracket. Replaced: lone
    surrogates, wrong escapes, raw control characters in strings, NaN and Infinity (by null).
    """
    text = _encodable(text, log)
    if text.startswith("\ufeff"):
        log.add("byte-order-mark", "", "the frame starts with a byte order mark")
        text = text.lstrip("\ufeff")
    if "\x00" in text:
        log.add("nul-character", "", "NUL characters in the frame")
        text = text.replace("\x00", "")
    return _TOKEN.sub(lambda match: _clean_part(match[0], log), text)


def _encodable(text: str, log: DeviationLog) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        log.add("lone-surrogate", "", "the text cannot be written as UTF-8")
        return text.encode("utf-8", "replace").decode()
    return text


def _clean_part(part: str, log: DeviationLog) -> str:
    if part[0] == '"':
        return _ESCAPE.sub(lambda match: _clean_escape(match[0], log), part)
    if part == ",":
        log.add("stray-comma", "", "a comma before a closing bracket")
        return ""
    log.add("not-a-number", "", "NaN or Infinity, read as null")
    return "null"


def _clean_escape(escape: str, log: DeviationLog) -> str:
    if escape[0] != "\\":
        log.add("control-character", "", "a raw control character in a string")
        return f"\\u{ord(escape):04x}"
    if len(escape) == 12 or (len(escape) == 2 and escape[1] in _SIMPLE_ESCAPES):
        return escape
    if len(escape) == 2:
        log.add("bad-escape", "", "a backslash before a character that needs none")
        return _clean_escape(escape[1], log) if escape[1] < " " else escape[1]
    code = int.from_bytes(bytes.fromhex(escape[2:]), "big")
    if code == 0:
        log.add("nul-character", "", "NUL characters in the frame")
        return ""
    if 0xD800 <= code <= 0xDFFF:
        log.add("lone-surrogate", "", "half a surrogate pair in a string")
        return "\\ufffd"
    return escape


def deeper_than(text: str, limit: int) -> bool:
    """Tell whether arrays and objects nest deeper than `limit`."""
    if text.count("[") + text.count("{") <= limit:
        return False
    brackets = _NOT_BRACKETS.sub("", text).translate(_STEPS).encode("latin-1")
    return max(accumulate(memoryview(brackets).cast("b")), default=0) > limit


def read_head(text: str) -> tuple[int | None, str | None, str]:
    """Return what the start of a broken frame shows: message type, raw message id, action.

    The id is still JSON (in quotes, or a number); None if it cannot be read.
    """
    head = _HEAD.match(text[:_HEAD_LENGTH])
    if head is None:
        return None, None, ""
    return int(head["kind"]), head["id"], head["action"] or ""
