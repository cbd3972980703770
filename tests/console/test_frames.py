from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from evkit.console.frames import is_error, summary

ANY_JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def call(action: str, payload: dict[str, object]) -> str:
    return json.dumps([2, "1", action, payload])


class TestSummary:
    def test_meter_values_show_power_charge_and_energy(self) -> None:
        values = [
            {"value": "22100", "measurand": "Power.Active.Import", "unit": "W"},
            {"value": "7000", "measurand": "Power.Active.Import", "unit": "W", "phase": "L1"},
            {"value": "78", "measurand": "SoC", "unit": "Percent"},
            {"value": "24.8", "unit": "kWh"},
        ]
        frame = call("MeterValues", {"connectorId": 1, "meterValue": [{"sampledValue": values}]})
        assert summary("MeterValues", frame) == "c1 · 22.1 kW · 78 % · 24.8 kWh"

    def test_a_status_leaves_out_what_nobody_reads(self) -> None:
        payload = {"connectorId": 2, "errorCode": "NoError", "status": "SuspendedEVSE", "timestamp": "x"}
        assert summary("StatusNotification", call("StatusNotification", payload)) == "c2 · SuspendedEVSE"

    def test_a_profile_shows_its_limits(self) -> None:
        schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 12500}]}
        payload = {"connectorId": 1, "csChargingProfiles": {"chargingSchedule": schedule}}
        assert summary("SetChargingProfile", call("SetChargingProfile", payload)) == "c1 · 12,500 W"

    def test_an_answer_shows_its_status(self) -> None:
        assert summary("", '[3,"1",{"status":"Accepted"}]') == "Accepted"

    def test_an_error_shows_its_code_and_description(self) -> None:
        assert summary("", '[4,"1","NotSupported","no such thing",{}]') == "NotSupported · no such thing"

    @given(st.text(max_size=300))
    def test_anything_else_is_shown_as_it_is(self, text: str) -> None:
        assert isinstance(summary("MeterValues", text), str)

    @given(ANY_JSON)
    def test_no_payload_breaks_it(self, odd: object) -> None:
        payload = {"meterValue": odd, "csChargingProfiles": odd, "connectorId": odd}
        for action in ("MeterValues", "SetChargingProfile"):
            assert len(summary(action, json.dumps([2, "1", action, payload]))) <= 160


class TestIsError:
    def test_tells_a_call_error(self) -> None:
        assert is_error('[4,"1","NotSupported","",{}]')
        assert not is_error('[3,"1",{}]')
