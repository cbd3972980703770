"""Reading the keys of one mapping: known keys only, every problem noted with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TypeVar

from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from evkit.console.config_file.checks import Check
from evkit.console.config_file.node import Node
from evkit.console.config_file.problems import BadValueError, Problem

T = TypeVar("T")


class Fields:
    """The keys of a mapping; an absent key reads as UNSET, a bad value is noted and reads as UNSET.

    Args:
        node: the mapping (anything else is noted as a problem and reads as empty).
        problems: where problems are noted.
        keys: the keys that the mapping may have; others are noted, with the nearest known one.
    """

    def __init__(self, node: Node, problems: list[Problem], *keys: str) -> None:
        self.line = node.line
        self.problems = problems
        self._members: dict[str, Node] = {}
        self._is_mapping = isinstance(node.value, dict)
        if not isinstance(node.value, dict):
            self.note(node.line, _("A mapping of keys to values is expected here."))
            return
        self._members = node.value
        for key, member in node.value.items():
            if key not in keys:
                self.note(member.line, _unknown(key, keys))

    def note(self, line: int, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(line, message))

    def line_of(self, key: str) -> int:
        """Return the line of the value of `key`, of the mapping if it is absent."""
        member = self._members.get(key)
        return self.line if member is None else member.line

    def has(self, key: str) -> bool:
        """Tell whether the mapping has `key`."""
        return key in self._members

    def value(self, key: str, check: Check[T]) -> T | UnsetType:
        """Return the checked value of `key`."""
        member = self._members.get(key)
        if member is None:
            return UNSET
        try:
            return check(member)
        except BadValueError as error:
            self.problems.append(error.problem)
            return UNSET

    def required(self, key: str, check: Check[T]) -> T | UnsetType:
        """Return the checked value of `key`, which must be there."""
        if self._is_mapping and key not in self._members:
            self.note(self.line, _("The key “%(key)s” is missing.") % {"key": key})
        return self.value(key, check)

    def key(self, key: str, check: Check[str]) -> str:
        """Return the checked text of `key`, which must be there; "" when it is noted as a problem."""
        value = self.required(key, check)
        return "" if value is UNSET else value

    def optional(self, key: str, check: Check[T]) -> T | UnsetType | None:
        """Return the checked value of `key`, None for null."""
        member = self._members.get(key)
        if member is not None and member.value is None:
            return None
        return self.value(key, check)

    def within(self, key: str, *keys: str) -> Fields:
        """Return the mapping under `key`; an empty one if it is absent."""
        member = self._members.get(key)
        return Fields(Node({}, self.line) if member is None else member, self.problems, *keys)

    def items(self, key: str) -> Iterator[Node]:
        """Yield the items of the list under `key`."""
        member = self._members.get(key)
        if member is None:
            return
        if not isinstance(member.value, tuple):
            self.note(member.line, _("A list is expected here."))
            return
        yield from member.value


def _unknown(key: str, keys: tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(key, keys, n=1)
    if nearest:
        return _("The key “%(key)s” is not known here; did you mean “%(nearest)s”?") % {
            "key": key,
            "nearest": nearest[0],
        }
    return _("The key “%(key)s” is not known here; known keys: %(keys)s.") % {
        "key": key,
        "keys": ", ".join(keys),
    }
