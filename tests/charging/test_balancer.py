"""When sites are balanced after something happened to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import OperationalError

from chargers.events import CommandChanged
from charging import balancer as module
from charging.balancer import LAZY_S, Balancer
from sites.events import SiteChanged, SiteMeterRead
from tests.chargers.exchange import NOW


class Cycles:
    """Stands in for the cycle itself, which has tests of its own: notes when it ran, and lasts `lasts_s`."""

    def __init__(self, lasts_s: float = 0.0, failures: int = 0) -> None:
        self.began: list[float] = []
        self.sites: list[int] = []
        self.lasts_s, self.failures = lasts_s, failures
        self.changed = threading.Condition()

    def __call__(self, *, site_id: int, now: datetime) -> None:
        with self.changed:
            self.began.append(time.monotonic())
            self.sites.append(site_id)
            self.changed.notify_all()
        time.sleep(self.lasts_s)
        if len(self.began) <= self.failures:
            raise OperationalError("database is locked")

    def wait(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.began) >= count, 10)


@pytest.fixture
def balanced(monkeypatch: pytest.MonkeyPatch) -> Callable[[Cycles], Balancer]:
    def balanced(cycles: Cycles) -> Balancer:
        monkeypatch.setattr(module, "rebalance", cycles)
        return Balancer(lambda: NOW)

    return balanced


def test_what_is_urgent_is_looked_at_at_once(balanced: Callable[[Cycles], Balancer]) -> None:
    balancer = balanced(Cycles())
    balancer._thread = threading.current_thread()  # it starts none of its own
    balancer.take([SiteChanged(1), CommandChanged(1, 1, 2)])
    now = time.monotonic()
    assert balancer._due[1] <= now < balancer._due[2]


def test_what_happens_during_a_cycle_is_one_more(balanced: Callable[[Cycles], Balancer]) -> None:
    cycles = Cycles(lasts_s=0.3)
    balancer = balanced(cycles)
    balancer.take([SiteChanged(1)])
    cycles.wait(1)
    for _ in range(20):
        balancer.take([SiteChanged(1), SiteMeterRead(1)])
    cycles.wait(2)
    time.sleep(0.6)
    assert cycles.sites == [1, 1]


def test_a_cycle_that_the_database_did_not_allow_is_tried_again(
    balanced: Callable[[Cycles], Balancer], caplog: pytest.LogCaptureFixture
) -> None:
    cycles = Cycles(failures=1)
    balanced(cycles).take([SiteChanged(1)])
    cycles.wait(2)
    assert cycles.began[1] - cycles.began[0] >= LAZY_S * 0.9
    assert "rebalance_failed" in caplog.text
