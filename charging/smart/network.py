"""The circuits of a site as linear constraints: how much of which conductor every connector uses.

A tree of nodes (project, site, feeder, charge point) carries limits per phase in A and in total in W.
A load (connector) below a node counts against every limit on its way up. The matrix is sparse and
kept as pairs (limit, load, share): one more W or A of the load uses `share` of what the limit counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PHASES: Final = (1, 2, 3)
TOTAL: Final = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A circuit: `limit_w` over all phases, `limit_a` for each phase alone; None is no limit."""

    key: str
    parent: str | None = None
    limit_w: float | None = None
    limit_a: float | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A connector below `node`.

    Attributes:
        phases: the phases of the supply that it may load, of 1, 2, 3.
        conductors: on how many of them it draws; fewer than `phases` where it is not known on which. Its
            current counts on each of these, its power only once. None: on all of them.
        direct: it is steered in W of its output (DC), not in A per phase (AC).
        voltage_v: phase to neutral.
        efficiency: output power over power drawn from the supply; 1 for AC.
    """

    key: str
    node: str
    phases: tuple[int, ...] = PHASES
    direct: bool = False
    voltage_v: float = 230.0
    efficiency: float = 1.0
    conductors: int | None = None

    @property
    def watts(self) -> float:
        """The power in W that one unit of its setting draws from the supply."""
        return 1 / self.efficiency if self.direct else self.voltage_v * self._conductors

    @property
    def amperes(self) -> float:
        """The current in A that one unit of its setting draws from each phase that it is on."""
        return self.watts / (self.voltage_v * self._conductors)

    @property
    def _conductors(self) -> int:
        return len(self.phases) if self.conductors is None else self.conductors


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a node: of a phase (1, 2, 3) in A, or of all together (`TOTAL`) in W."""

    node: str
    phase: int
    capacity: float

    def share(self, load: Load) -> float:
        """Return what one unit of a load's setting uses of this limit, if it hangs below it."""
        if self.phase == TOTAL:
            return load.watts
        return load.amperes if self.phase in load.phases else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Limits and loads with the pairs that join them, sorted by limit.

    Attributes:
        capacity: of every limit, in its unit; shape (limits,).
        watts: see `Load.watts`; shape (loads,).
        row, column, share: the pairs; shape (pairs,).
    """

    limits: tuple[Limit, ...]
    loads: tuple[Load, ...]
    capacity: Floats
    watts: Floats
    row: Indices
    column: Indices
    share: Floats

    def usage(self, x: Floats) -> Floats:
        """Return what the settings `x` use of every limit; shape (limits,)."""
        used = np.bincount(self.row, self.share * x[self.column], minlength=len(self.limits))
        return used.astype(np.float64, copy=False)


def build_network(nodes: Sequence[Node], loads: Sequence[Load]) -> Network:
    """Return the constraints of a tree of circuits.

    Raises:
        ValueError: a parent or a load's node is missing, or circuits form a ring.
    """
    by_key = {node.key: node for node in nodes}
    limits: list[Limit] = []
    of_node: dict[str, list[int]] = {}
    for node in nodes:
        of_node[node.key] = list(range(len(limits), len(limits) + len(found := list(_limits(node)))))
        limits.extend(found)
    above = {key: [index for name in way for index in of_node[name]] for key, way in _ways(by_key).items()}
    pairs = [
        (index, column, share)
        for column, load in enumerate(loads)
        for index in _above(above, load)
        if (share := limits[index].share(load))
    ]
    pairs.sort()
    rows, columns, shares = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Network(
        limits=tuple(limits),
        loads=tuple(loads),
        capacity=np.array([limit.capacity for limit in limits], float),
        watts=np.array([load.watts for load in loads], float),
        row=np.array(rows, np.int64),
        column=np.array(columns, np.int64),
        share=np.array(shares, float),
    )


def _limits(node: Node) -> Iterator[Limit]:
    if node.limit_w is not None:
        yield Limit(node.key, TOTAL, node.limit_w)
    if node.limit_a is not None:
        for phase in PHASES:
            yield Limit(node.key, phase, node.limit_a)


def _ways(by_key: Mapping[str, Node]) -> dict[str, list[str]]:
    """Return for every node the nodes from it up to the root."""
    ways: dict[str, list[str]] = {}
    for key in by_key:
        way: list[str] = []
        at: str | None = key
        while at is not None:
            if at not in by_key:
                raise ValueError(f"circuit {at!r} is not declared")
            if at in way:
                raise ValueError(f"circuit {at!r} is above itself")
            way.append(at)
            at = by_key[at].parent
        ways[key] = way
    return ways


def _above(above: Mapping[str, list[int]], load: Load) -> list[int]:
    if load.node not in above:
        raise ValueError(f"circuit {load.node!r} of {load.key!r} is not declared")
    return above[load.node]
