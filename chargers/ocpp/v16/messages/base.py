"""What the structs of OCPP 1.6 messages have in common."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False, omit_defaults=True):
    """A message or a part of one: snake_case here, camelCase on the wire.

    Lenient types: enumerations are text, so that a value the specification does not know survives.
    An instance holds only immutable values and lists of such, never a reference to itself, hence
    `gc=False`. Nobody changes the lists.
    """
