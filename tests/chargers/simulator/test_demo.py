from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from chargers.simulator.demo import DEMO_CHARGE_POINTS, DEMO_PARKED, DEMO_VEHICLES, run_demo


class TestDemoData:
    def test_there_are_twelve_charge_points_with_seventeen_connectors(self):
        assert [spec.identity for spec in DEMO_CHARGE_POINTS] == [
            f"A_{number:03d}" for number in range(1, 13)
        ]
        assert sum(len(spec.connectors) for spec in DEMO_CHARGE_POINTS) == 17
        for spec in DEMO_CHARGE_POINTS:
            assert [part.number for part in spec.connectors] == list(range(1, len(spec.connectors) + 1))

    def test_there_are_forty_buses_with_their_own_tags(self):
        codes = [vehicle.code for vehicle in DEMO_VEHICLES]
        assert codes == [f"bus-{number}" for number in range(201, 241)]
        tags = {vehicle.id_tag for vehicle in DEMO_VEHICLES}
        assert len(tags) == 40
        assert all(re.fullmatch(r"[0-9A-F]{12}|[0-9A-F]{14}", tag) for tag in tags)

    def test_whoever_is_parked_exists(self):
        places = {(s.identity, part.number) for s in DEMO_CHARGE_POINTS for part in s.connectors}
        codes = {vehicle.code for vehicle in DEMO_VEHICLES}
        assert {(identity, number) for identity, number, _ in DEMO_PARKED} <= places
        assert {code for _, _, code in DEMO_PARKED} <= codes
        assert len({code for _, _, code in DEMO_PARKED}) == len(DEMO_PARKED)


class TestRunDemo:
    async def test_a_watcher_sees_movement_within_seconds(self, csms):
        task = asyncio.create_task(run_demo(csms.url))
        try:
            await csms.until(lambda: len(csms.of("StartTransaction")) == 10)
            await csms.until(lambda: len(csms.of("MeterValues")) >= 8)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        identities = {name for name, _, _ in csms.calls}
        assert identities == {spec.identity for spec in DEMO_CHARGE_POINTS}
        rows = [
            payload
            for name, action, payload in csms.calls
            if (name, action) == ("A_012", "StatusNotification")
        ]
        assert rows[-1]["status"] == "Unavailable"
        tags = {vehicle.id_tag for vehicle in DEMO_VEHICLES}
        assert {row["idTag"] for row in csms.of("StartTransaction")} <= tags
