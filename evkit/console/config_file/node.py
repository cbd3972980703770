"""One value of a configuration file and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a list (tuple of nodes) or a mapping (dict of nodes); `line` counts from 1."""

    value: Scalar | tuple[Node, ...] | dict[str, Node]
    line: int

    def plain(self) -> object:
        """Return the value without its lines."""
        if isinstance(self.value, tuple):
            return [item.plain() for item in self.value]
        if isinstance(self.value, dict):
            return {key: item.plain() for key, item in self.value.items()}
        return self.value


MAX_DEPTH = 20
MAX_NODES = 2_000_000
