"""Lists of ids in a query string."""

from __future__ import annotations

MAX_IDS = 1000


def read_ids(text: str) -> frozenset[int]:
    """Read "1,2,3"; anything that is not a number is left out."""
    words = text.split(",")[:MAX_IDS]
    return frozenset(int(word) for word in words if word.isascii() and word.isdigit())
