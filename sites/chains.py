"""What is above what: the parents of feeders, and of id tags."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def ancestors(key: K, parents: Mapping[K, K]) -> set[K]:
    """Return all that is above `key`; `key` itself is among them where it is above itself."""
    above: set[K] = set()
    parent = parents.get(key)
    while parent is not None and parent not in above:
        above.add(parent)
        parent = parents.get(parent)
    return above
