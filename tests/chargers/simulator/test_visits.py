from __future__ import annotations

from random import Random

from chargers.simulator.spec import VehicleSpec
from chargers.simulator.visits import (
    Habits,
    VehiclePool,
    Visit,
    after_trip,
    make_visit,
    plan_visit,
    serve_connector,
)
from tests.chargers.simulator.conftest import BUS

HURRIED = Habits(gap_s=(0.0, 0.05), identify_s=(0.0, 0.05), stay_s=(0.2, 0.3), linger_s=(0.0, 0.05))


class TestPlanVisit:
    def test_the_same_seed_plans_the_same(self):
        assert plan_visit(BUS, Habits(), Random(4)) == plan_visit(BUS, Habits(), Random(4))


class TestAfterTrip:
    def test_a_trip_takes_charge_but_not_all(self):
        assert (
            55.0
            <= after_trip(VehicleSpec("v", "T", soc_percent=100), Habits(), Random(1)).soc_percent
            <= 80.0
        )
        assert after_trip(VehicleSpec("v", "T", soc_percent=10), Habits(), Random(1)).soc_percent == 8.0


class TestMakeVisit:
    async def test_a_driver_charges_and_leaves(self, csms, connect):
        cp = await connect(speed=3_600.0)
        left = await make_visit(cp, 2, Visit(BUS, 0.0, 0.3, 0.0))
        await cp.stopped(2)
        assert left.soc_percent > BUS.soc_percent
        assert csms.of("StopTransaction")[0]["reason"] == "Local"
        assert cp.connectors[2].status == "Available"

    async def test_a_driver_without_a_badge_does_not_charge(self, csms, connect):
        cp = await connect()
        left = await make_visit(cp, 2, Visit(BUS, None, 0.2, 0.0))
        assert left == BUS
        await csms.until(lambda: csms.statuses_of(2) == ["Available", "Preparing", "Available"])


class TestServeConnector:
    async def test_vehicles_come_one_after_the_other(self, csms, connect):
        cp = await connect()
        pool = VehiclePool([BUS, VehicleSpec("other", "OTHER")])
        cp.spawn(serve_connector(cp, 1, pool, HURRIED, Random(1)))
        await csms.until(lambda: len(csms.of("StopTransaction")) >= 3)
        tags = [row["idTag"] for row in csms.of("StartTransaction")]
        assert tags[:3] == [BUS.id_tag, "OTHER", BUS.id_tag]
