from __future__ import annotations

import asyncio

import pytest

from chargers.simulator.main_meter import MainMeter
from chargers.simulator.runner import SimulationOptions, simulate

ALIGNED = (
    ("ClockAlignedDataInterval", "1"),
    ("MeterValuesAlignedData", "Power.Active.Import,Current.Import"),
)


def told(csms):
    """Return what connector 0 told: the values of each message."""
    rows = [row for row in csms.of("MeterValues") if row["connectorId"] == 0]
    return [[float(each["value"]) for each in row["meterValue"][0]["sampledValue"]] for row in rows]


class TestMainMeter:
    async def test_it_tells_power_and_currents_at_connector_0_as_long_as_it_stands_there(self, csms, connect):
        cp = await connect(base_load_w=(6_900.0,), configuration=ALIGNED)
        await csms.until(lambda: bool(told(csms)))
        cp.station.main_meter.draw(2_300, 460, -230)
        await csms.until(lambda: told(csms)[-1] == [2_530, 10, 2, -1])
        assert told(csms)[0] == [6_900, 10, 10, 10]
        row = next(row for row in csms.of("MeterValues") if row["connectorId"] == 0)
        assert row.keys() == {"connectorId", "meterValue"}
        assert row["meterValue"][0]["sampledValue"][1] == {
            "value": "10.00",
            "context": "Sample.Clock",
            "format": "Raw",
            "measurand": "Current.Import",
            "location": "Inlet",
            "unit": "A",
            "phase": "L1",
        }

    async def test_it_tells_only_what_is_configured(self, csms, connect):
        await connect(base_load_w=(6_900.0,), configuration=(*ALIGNED[:1], (ALIGNED[1][0], "Current.Import")))
        await csms.until(lambda: bool(told(csms)))
        assert told(csms)[0] == [10, 10, 10]

    async def test_it_is_asked_for_as_well(self, csms, connect):
        await connect(base_load_w=(6_900.0,))
        await csms.ask("TriggerMessage", "MeterValues", 0)
        await csms.until(lambda: bool(told(csms)))
        assert told(csms) == [[6_900, 10, 10, 10]]

    def test_a_load_is_one_or_three(self):
        with pytest.raises(ValueError, match="three phases"):
            MainMeter((1.0, 2.0))


class TestBaseLoad:
    async def test_the_first_charge_point_of_a_scenario_tells_one_load_after_the_other(self, csms):
        options = SimulationOptions(
            csms.url, scenario="idle", count=2, interval_s=1, base_load_w=(3_000.0, 9_000.0), base_load_s=1.5
        )
        lines: list[str] = []
        running = asyncio.create_task(simulate(options, lines.append))
        await csms.until(lambda: {row[0] for row in told(csms)} == {3_000, 9_000}, 60.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        names = {
            name for name, action, body in csms.calls if action == "MeterValues" and not body["connectorId"]
        }
        assert names == {"SIM_00001"}
