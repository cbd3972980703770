"""Smart charging: how fast it decides, and what comes of real days in a garage with too little power."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bench.report import Figure
from charging.smart.allocation import allocate
from charging.smart.connector import Connector
from charging.smart.demands import demand_of
from charging.smart.network import Load, Network, Node, build_network
from charging.smart.planner import Settings, plan

if TYPE_CHECKING:
    from tests.charging.replay.world import Troubles

HOUR_S = 3600
LIMIT_W = 30_000.0


def smart(*, hours: float) -> list[Figure]:
    """Measure decisions, and replay `hours` of a real morning with every kind of trouble."""
    return [*_decisions(), *_replays(hours)]


def _decisions() -> list[Figure]:
    figures = []
    for count, at_most in ((500, 5.0), (5_000, None), (10_000, 50.0)):
        network, connectors = _depot(count)
        told = np.array([each.charging for each in connectors], bool)
        base = np.zeros(len(network.limits))
        demand = demand_of(connectors, told)
        figures.append(
            Figure(
                f"allocate, {count:,} connectors",
                _best_ms(partial(allocate, network, demand, base)),
                "ms",
                f"{len(network.limits):,} limits",
                at_most=at_most,
            )
        )
        figures.append(
            Figure(
                f"whole decision, {count:,} connectors",
                _best_ms(partial(plan, network, connectors, base, [Settings()])),
                "ms",
            )
        )
    return figures


def _best_ms(work: Callable[[], object]) -> float:
    """Return the shortest of ten runs."""
    times = []
    for _run in range(10):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000


def _depot(count: int) -> tuple[Network, list[Connector]]:
    """Feeders of twenty connectors, charge points of two, all phases and single ones in turns."""
    random = np.random.default_rng(1)
    nodes = [Node("site", limit_a=count * 6.0)]
    nodes += [Node(f"f{n}", "site", limit_a=280.0) for n in range(max(count // 20, 1))]
    nodes += [Node(f"p{n}", f"f{n * 2 // 20}", limit_w=22_000.0) for n in range(count // 2)]
    phases = ((1, 2, 3), (1,), (2,), (3,))
    network = build_network(nodes, [Load(f"c{n}", f"p{n // 2}", phases[n % 4]) for n in range(count)])
    connectors = [
        Connector(
            load, 32.0, 6.0, 1.0, charging=bool(random.random() < 0.8),
            confirmed=float(random.integers(6, 20)), confirmed_ago_s=100.0, default=6.0,
            served_wh=float(random.random() * 1e4), started=float(n),
        )
        for n, load in enumerate(network.loads)
    ]  # fmt: skip
    return network, connectors


def _replays(hours: float) -> list[Figure]:
    begin = 8 * HOUR_S
    with _database():
        from tests.charging.replay.world import Troubles

        kinds = {
            "latency 2-30 s": Troubles(),
            "10 % of answers lost": Troubles(lost=0.1),
            "6 boots, 10 absences an hour": Troubles(reboots=6, absences=10),
            "evkit killed for 5 min": Troubles(dead=((begin + 1800, begin + 2100),)),
            "all of these together": Troubles(
                lost=0.1, reboots=4, absences=8, dead=((begin + 900, begin + 1100),)
            ),
            "15 % disobedient": Troubles(disobedient=0.15, latency_s=(2.0, 10.0)),
        }
        return [
            figure for name, troubles in kinds.items() for figure in _replay(name, troubles, begin, hours)
        ]


def _replay(name: str, troubles: Troubles, begin: int, hours: float) -> list[Figure]:
    from django.db import transaction

    from tests.charging.replay.sessions import DAYS, sessions_of
    from tests.charging.replay.world import World

    with transaction.atomic():
        world = World(sessions_of(DAYS[1]), limit_w=LIMIT_W, starts=2, troubles=troubles)
        found = world.run(begin, begin + int(hours * HOUR_S))
        transaction.set_rollback(True)
    could_wh = min(found.demand_wh, LIMIT_W * hours)
    seen = (
        f"{found.sessions} sessions, longest {found.longest_over_s} s, at most {found.most_w / 1000:.1f} kW"
    )
    never = None if troubles.disobedient else 0.0
    return [
        Figure(f"{name}: above the limit", float(found.over_s), "s", seen, at_most=never),
        Figure(f"{name}: energy delivered", 100 * found.delivered_wh / could_wh, "%", "of demand, or limit"),
        Figure(f"{name}: changes per session", found.changes_per_session, "", at_most=8.0),
    ]


@contextmanager
def _database() -> Iterator[None]:
    """An empty database in memory, that of the tests."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ.pop("DATABASE_URL", None)
    import django
    from django.db import connection

    django.setup()
    name = connection.creation.create_test_db(verbosity=0)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
