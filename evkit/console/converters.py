"""How identities of charge points stand in addresses."""

from __future__ import annotations

from typing import Final

from django.urls import register_converter

_ESCAPES: Final = (("~", "~0"), ("/", "~1"))
_DOTS: Final = frozenset({".", ".."})
_DOT: Final = "~2"


class IdentityConverter:
    """One segment for any identity: "~" is written "~0" and "/" "~1" (RFC 6901), alone standing dots "~2".

    Percent-encoded slashes and segments of dots alone do not survive proxies and browsers.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the identity that a segment stands for."""
        value = value.replace(_DOT, ".")
        for plain, escaped in reversed(_ESCAPES):
            value = value.replace(escaped, plain)
        return value

    def to_url(self, value: str) -> str:
        """Return the segment of an identity."""
        if value in _DOTS:
            return value.replace(".", _DOT)
        for plain, escaped in _ESCAPES:
            value = value.replace(plain, escaped)
        return value


register_converter(IdentityConverter, "identity")
