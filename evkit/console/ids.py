"""Lists of ids in a query string."""

from __future__ import annotations

from collections.abc import Sequence

MAX_IDS = 1000
MAX_DIGITS = 18


def read_ids(text: str) -> frozenset[int]:
    """Read "1,2,3"; anything that is not a number is left out."""
    return _ids(text.split(",")[:MAX_IDS])


def read_all_ids(text: str) -> frozenset[int]:
    """Read "1,2,3" however many there are."""
    return _ids(text.split(","))


def _ids(words: Sequence[str]) -> frozenset[int]:
    return frozenset(
        int(word) for word in words if len(word) <= MAX_DIGITS and word.isascii() and word.isdigit()
    )
