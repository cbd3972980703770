"""Reading JSON into nodes: every value with its line (RFC 8259)."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]  # the typeshed stub leaves it out

from django.utils.translation import gettext as _

from evkit.console.config_file.node import MAX_DEPTH, Node, Scalar
from evkit.console.config_file.problems import BadValueError

SPACE = re.compile(r"[ \t\r\n]*")
WORD = re.compile(r"[^\s,:\[\]{}\"]+")


def read_json(text: str) -> Node:
    """Return the root node of a JSON text.

    Raises:
        BadValueError: the text is not JSON.
    """
    try:
        return _Reader(text).document()
    except json.JSONDecodeError as error:
        message = _("This is not valid JSON: %(problem)s.") % {"problem": error.msg}
        raise BadValueError(error.lineno, message) from error


class _Reader:
    """A recursive-descent reader that remembers where it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def document(self) -> Node:
        """Return the one value of the text."""
        node = self._value(0)
        if self._peek():
            raise self._unexpected("end of file")
        return node

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)

    def _unexpected(self, wanted: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(f"{wanted} expected", self._text, self._at)

    def _peek(self) -> str:
        match = SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, mark: str) -> bool:
        if self._peek() != mark:
            return False
        self._at += 1
        return True

    def _value(self, depth: int) -> Node:
        mark = self._peek()
        line = self._line()
        if depth > MAX_DEPTH:
            raise BadValueError(line, _("The file is nested too deeply or too large."))
        if mark == "{":
            return Node(self._object(depth), line)
        if mark == "[":
            return Node(self._array(depth), line)
        return Node(self._string() if mark == '"' else self._word(), line)

    def _string(self) -> str:
        if self._peek() != '"':
            raise self._unexpected("text in double quotes")
        text: str
        text, self._at = scanstring(self._text, self._at + 1, True)  # noqa: FBT003 (positional in C)
        return text

    def _word(self) -> Scalar:
        match = WORD.match(self._text, self._at)
        if match is None:
            raise self._unexpected("a value")
        try:
            value: Scalar = json.loads(match.group(), parse_constant=_refuse_constant)
        except ValueError:
            raise self._unexpected("a value") from None
        self._at = match.end()
        return value

    def _object(self, depth: int) -> dict[str, Node]:
        self._at += 1
        members: dict[str, Node] = {}
        if self._take("}"):
            return members
        while True:
            self._peek()
            line, key = self._line(), self._string()
            if key in members:
                raise BadValueError(line, _("The key “%(key)s” occurs twice.") % {"key": key})
            if not self._take(":"):
                raise self._unexpected("':'")
            members[key] = self._value(depth + 1)
            if self._closed("}"):
                return members

    def _array(self, depth: int) -> tuple[Node, ...]:
        self._at += 1
        if self._take("]"):
            return ()
        items = [self._value(depth + 1)]
        while not self._closed("]"):
            items.append(self._value(depth + 1))
        return tuple(items)

    def _closed(self, mark: str) -> bool:
        if self._take(mark):
            return True
        if not self._take(","):
            raise self._unexpected(f"',' or '{mark}'")
        return False


def _refuse_constant(name: str) -> Mapping[str, object]:
    raise ValueError(name)
