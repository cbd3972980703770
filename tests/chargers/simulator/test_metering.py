from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chargers.simulator.configuration import MEASURANDS
from chargers.simulator.connector import Connector, Transaction
from chargers.simulator.electrics import read
from chargers.simulator.metering import meter_value
from chargers.simulator.spec import ConnectorSpec
from tests.chargers.simulator.conftest import BUS

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
AC = ConnectorSpec(1, "AC", max_current_a=32, phases=3)
DC = ConnectorSpec(2, "DC", max_power_w=50_000)


def sampled(spec, *measurands, vehicle=BUS, write=None):
    connector = Connector(spec, obey_delay_s=0.0, register_wh=5_000.7)
    connector.transaction = Transaction(spec.number, "TAG", NOON, 4_000, sampled_wh=4_990.0)
    if vehicle is not None:
        connector.plug(vehicle)
    connector.charge = replace(connector.charge, power_w=6_900.0)
    readings = read(spec, power_w=6_900.0, phases=3, soc_percent=40.0, seed=1, at_s=0.0)
    options = {} if write is None else {"write": write}
    value = meter_value(connector, readings, measurands=measurands, at=NOON, **options)
    assert value["timestamp"] == "2026-03-04T12:00:00.000Z"
    return value["sampledValue"]


class TestMeterValue:
    def test_a_sample_is_complete(self):
        assert sampled(AC, "Power.Active.Import") == [
            {
                "value": "6900.0",
                "context": "Sample.Periodic",
                "format": "Raw",
                "measurand": "Power.Active.Import",
                "location": "Outlet",
                "unit": "W",
            }
        ]

    def test_ac_has_phases_and_dc_has_none(self):
        assert [row["phase"] for row in sampled(AC, "Current.Import")] == ["L1", "L2", "L3"]
        assert [row["phase"] for row in sampled(AC, "Voltage")] == ["L1-N", "L2-N", "L3-N"]
        assert ["phase" in row for row in sampled(DC, "Current.Import", "Voltage")] == [False] * 2

    def test_energy_is_whole_and_its_interval_is_not(self):
        register, interval = sampled(AC, "Energy.Active.Import.Register", "Energy.Active.Import.Interval")
        assert (register["value"], register["unit"]) == ("5000", "Wh")
        assert (interval["value"], interval["unit"]) == ("10.7", "Wh")

    def test_the_state_of_charge_is_the_vehicle_s(self):
        (soc,) = sampled(DC, "SoC")
        assert (soc["value"], soc["unit"], soc["location"]) == ("40.0", "Percent", "EV")
        assert sampled(DC, "SoC", vehicle=None) == []

    def test_frequency_has_no_unit(self):
        (frequency,) = sampled(AC, "Frequency")
        assert "unit" not in frequency

    @pytest.mark.parametrize("measurand", sorted(MEASURANDS))
    def test_every_supported_measurand_has_a_number(self, measurand):
        rows = sampled(AC, measurand)
        assert rows
        assert all(float(row["value"]) >= 0 for row in rows)
