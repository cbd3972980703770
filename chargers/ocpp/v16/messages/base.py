"""What the structs of OCPP 1.6 messages have in common."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False, omit_defaults=True):
    """A message or a part of one: snake_case here, camelCase on the wire.

    Lenient types: enumerations are text, so that a value the specification does not know survives.
    An instance holds only immutable values and lists of such, never a reference to itself, hence
    `gc=False`. Nobody changes the lists.
    """

    def __eq__(self, other: object) -> bool:
        """Compare by content: the strict variants of a struct equal the struct itself."""
        if not isinstance(other, Message) or not _of_one_kind(type(self), type(other)):
            return NotImplemented
        return msgspec.structs.astuple(self) == msgspec.structs.astuple(other)

    def __hash__(self) -> int:
        return hash(msgspec.structs.astuple(self))


def _of_one_kind(left: type[Message], right: type[Message]) -> bool:
    return issubclass(left, right) or issubclass(right, left)
