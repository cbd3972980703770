"""Which part of a file a Range header asks for (RFC 9110 §14): pure."""

from __future__ import annotations

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class UnsatisfiableRangeError(ValueError):
    """Nothing of the file lies within the range."""


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """Return first byte and length, None for the whole file; several ranges are answered with all of it.

    Raises:
        UnsatisfiableRangeError: the range lies behind the end.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        if first and last and int(last) < start:
            return None
        raise UnsatisfiableRangeError(header)
    return start, end - start + 1
