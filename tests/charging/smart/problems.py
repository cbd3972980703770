"""Random trees of circuits with phases, and what their loads ask for (Hypothesis strategies)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from charging.smart.allocation import Demand
from charging.smart.network import Floats, Load, Network, Node, build_network
from charging.smart.rules import RULES, Rule, Wishes
from charging.smart.stepping import Steps

PHASE_SETS = [(1,), (2,), (3,), (1, 2, 3), (1, 2)]


@dataclass(frozen=True)
class Problem:
    """A network, a demand on it and what is reserved of its limits.

    `real` are the same circuits with every load on phases that it may really hang on.
    """

    network: Network
    demand: Demand
    reserved: Floats
    real: Network


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers with two decimals, as people configure them."""
    return st.integers(round(low * 100), round(high * 100)).map(lambda value: value / 100)


@st.composite
def nodes(draw: st.DrawFn) -> list[Node]:
    """A tree of up to eight circuits, each with a limit in W, in A, both or none."""
    found = []
    for index in range(draw(st.integers(1, 8))):
        parent = None if index == 0 else f"n{draw(st.integers(0, index - 1))}"
        limit_w = draw(st.none() | numbers(0, 90_000))
        limit_a = draw(st.none() | numbers(0, 130))
        found.append(Node(f"n{index}", parent, limit_w, limit_a))
    return found


@st.composite
def loads(draw: st.DrawFn, circuits: list[Node]) -> list[Load]:
    """Up to twelve connectors somewhere in the tree, AC on one to three phases, known or not, or DC."""
    found = []
    for index in range(draw(st.integers(0, 12))):
        node = draw(st.sampled_from(circuits)).key
        kind = draw(st.sampled_from(["known", "unknown", "direct"]))
        if kind == "known":
            found.append(Load(f"c{index}", node, draw(st.sampled_from(PHASE_SETS))))
        elif kind == "unknown":
            found.append(Load(f"c{index}", node, conductors=draw(st.integers(1, 2))))
        else:
            found.append(Load(f"c{index}", node, direct=True, efficiency=draw(numbers(0.85, 1))))
    return found


@st.composite
def wired(draw: st.DrawFn, load: Load) -> Load:
    """The same connector with the phases that it really hangs on."""
    if load.conductors is None:
        return load
    phases = draw(st.permutations(load.phases))[: load.conductors]
    return replace(load, phases=tuple(phases), conductors=None)


@st.composite
def problems(draw: st.DrawFn, rules: tuple[Rule, ...] = RULES, tiers: int = 2) -> Problem:
    """A whole problem; minimums, steps and caps in the unit of each load."""
    circuits = draw(nodes())
    found = draw(loads(circuits))
    network = build_network(circuits, found)
    real = build_network(circuits, [draw(wired(load)) for load in found])
    size = len(found)
    direct = np.array([load.direct for load in found], bool)

    def column(strategy: st.SearchStrategy[float]) -> Floats:
        return np.array(draw(st.lists(strategy, min_size=size, max_size=size)), float)

    scale = np.where(direct, 690.0, 1.0)
    steps = Steps(
        minimum=column(st.sampled_from([0.0, 6.0, 8.0])) * scale,
        step=column(st.sampled_from([0.1, 1.0, 2.5])) * scale,
        cap=column(numbers(0, 64)) * scale,
    )
    rule = RULES.index(draw(st.sampled_from(rules)))
    wishes = Wishes(
        rule=np.full(size, rule),
        tier=column(st.integers(0, tiers)).astype(int),
        weight=column(st.sampled_from([0.5, 1.0, 2.0])),
        started=column(st.integers(0, 5)),
        energy_wh=column(numbers(0, 60_000) | st.just(float("nan"))),
        remaining_s=column(numbers(0, 40_000) | st.just(float("nan"))),
        nominal_w=column(st.sampled_from([7_400.0, 22_000.0, 150_000.0])),
    )
    demand = Demand(column(st.booleans()).astype(bool), steps, column(st.integers(0, 9)), wishes)
    reserved = network.capacity * draw(st.sampled_from([0.0, 0.3, 1.2]))
    return Problem(network, demand, reserved, real)
