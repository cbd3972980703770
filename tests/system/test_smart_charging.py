"""A site with more vehicles than power: charge points charge through the running server, and a meter on the
grid's side never reads above the limit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.charge_point import ChargePoint
from tests.conftest import run_server
from tests.support.server import Server

pytestmark = pytest.mark.slow
LIMIT_W = 60_000
HARDWARE_W = 50_000
TAG = "B4A63CDF2212"

DEPOT = """
sites:
  - code: depot
    name: {fr: Dépôt, en: Depot}
    timezone: Europe/Paris
    limit: {value: 60000, unit: W}
    smart_charging: {enabled: true, distribution: equal, launch_reserve: 1, dead_band: {value: 500, unit: W}}
    unknown_tags: accept
charge_points:
  - {identity: S_1, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
  - {identity: S_2, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
  - {identity: S_3, site: depot, connectors: [{number: 1, max_power_w: 50000, current: DC}]}
"""


class Charger(ChargePoint):
    """One connector that obeys its profiles at once, and draws all that it may."""

    def __init__(self, url: str, identity: str) -> None:
        self.default_w: float = HARDWARE_W
        self.limit_w: float | None = None
        self.number = 0
        super().__init__(url, identity)
        self.status(1, "Available")

    def obey(self) -> None:
        """Take over the profiles that have arrived."""
        while not self.received.empty():
            action, payload = self.received.get()
            if action == "SetChargingProfile":
                self._take(payload["csChargingProfiles"])

    def _take(self, profile: dict[str, Any]) -> None:
        limit = profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"]
        if profile["chargingProfilePurpose"] == "TxDefaultProfile":
            self.default_w = limit
        elif profile["transactionId"] == self.number:
            self.limit_w = limit

    @property
    def draws_w(self) -> float:
        if not self.number:
            return 0.0
        return min(HARDWARE_W, self.default_w if self.limit_w is None else self.limit_w)

    def begin(self) -> None:
        self.number, self.limit_w = self.start(1, TAG), None
        self.status(1, "Charging")

    def end(self) -> None:
        self.stop(self.number)
        self.number = 0
        self.status(1, "Available")

    def report(self) -> None:
        if self.number:
            self.meter(1, self.number, self.draws_w, 50)


@pytest.fixture
def evkit(tmp_path: Path, database_url: str) -> Iterator[Server]:
    depot = tmp_path / "depot.yaml"
    depot.write_text(DEPOT, encoding="utf-8")
    yield from run_server(Server(data_dir=tmp_path, database_url=database_url), depot)


class Grid:
    """The meter before the site: the most that it ever read."""

    def __init__(self, chargers: list[Charger]) -> None:
        self.chargers = chargers
        self.most_w = 0.0

    def watch(self, seconds: float, until: Any = None) -> bool:
        """Let time pass, every charge point reporting twice a second; stop early when `until` is true."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for charger in self.chargers:
                charger.obey()
            self.most_w = max(self.most_w, sum(charger.draws_w for charger in self.chargers))
            if until is not None and until():
                return True
            for charger in self.chargers:
                charger.report()
            time.sleep(0.3)
        return until is None


@pytest.fixture
def chargers(evkit: Server) -> Iterator[list[Charger]]:
    connected = [Charger(evkit.ocpp_url, f"S_{n}") for n in (1, 2, 3)]
    yield connected
    for charger in connected:
        charger.close()


def test_three_vehicles_share_what_is_there_and_never_exceed_it(chargers: list[Charger]) -> None:
    grid = Grid(chargers)
    assert grid.watch(20, lambda: all(c.default_w < HARDWARE_W for c in chargers)), "default profiles"
    first, second, third = chargers
    first.begin()
    assert grid.watch(20, lambda: first.draws_w >= 45_000), "the first one gets nearly all"
    second.begin()
    assert grid.watch(40, lambda: second.draws_w >= 25_000), "two share"
    assert first.draws_w <= 30_000
    third.begin()
    assert grid.watch(40, lambda: third.draws_w >= 19_000), "three share"
    first.end()
    assert grid.watch(40, lambda: second.draws_w >= 25_000), "what the first one leaves goes to the others"
    assert 0 < grid.most_w <= LIMIT_W


def test_all_are_lowered_when_the_limit_falls(evkit: Server, chargers: list[Charger]) -> None:
    grid = Grid(chargers)
    assert grid.watch(20, lambda: all(c.default_w < HARDWARE_W for c in chargers)), "default profiles"
    chargers[0].begin()
    chargers[1].begin()
    assert grid.watch(40, lambda: chargers[1].draws_w >= 25_000), "two share"
    evkit.shell("from sites.models import Site; Site.objects.update(limit_value=40000)")
    assert grid.watch(40, lambda: all(c.draws_w <= 20_000 for c in chargers)), "both are lowered"
