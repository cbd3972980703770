"""Trigger messages, charging profiles, data transfer (TC_054 to TC_059, TC_064, TC_066, TC_067)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compliance.csms import Csms
from tests.compliance.station import ACCEPTED, Station, ago

REJECTED = {"status": "Rejected"}


def profile(purpose: str, **more: Any) -> dict[str, Any]:
    """Return a charging profile of 16 A, then 6 A after five minutes."""
    periods = [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 300, "limit": 6.0}]
    schedule: dict[str, Any] = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods}
    kind = "Relative"
    if purpose == "TxDefaultProfile":
        kind = "Absolute"
        schedule["startSchedule"] = ago(seconds=10)
    return {
        "chargingProfileId": 7,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
        **more,
    }


def set_profile(station: Station, csms: Csms, wanted: dict[str, Any]) -> None:
    """An operator sets a profile on connector 1, which is accepted."""
    payload = {"connectorId": 1, "csChargingProfiles": wanted}
    command = csms.ask("SetChargingProfile", payload)
    assert station.expect("SetChargingProfile") == payload
    csms.await_outcome(command, state="accepted", response=ACCEPTED)


def test_tc_054_csms_trigger_message(station: Station, csms: Csms) -> None:
    def trigger(message: str, **more: Any) -> None:
        payload = {"requestedMessage": message, **more}
        command = csms.ask("TriggerMessage", payload)
        assert station.expect("TriggerMessage") == payload
        csms.await_outcome(command, state="accepted", response=ACCEPTED)

    trigger("MeterValues", connectorId=1)
    reading = {"timestamp": ago(), "sampledValue": [{"value": "230.5", "measurand": "Voltage", "unit": "V"}]}
    assert station.call("MeterValues", connectorId=1, meterValue=[reading]) == {}
    assert csms.connector()["voltage_v"] == pytest.approx(230.5)
    trigger("Heartbeat")
    assert set(station.call("Heartbeat")) == {"currentTime"}
    trigger("StatusNotification", connectorId=2)
    station.status("Unavailable", connector=2)
    assert csms.connector(2)["status"] == "Unavailable"
    trigger("DiagnosticsStatusNotification")
    assert station.call("DiagnosticsStatusNotification", status="Idle") == {}
    trigger("FirmwareStatusNotification")
    assert station.call("FirmwareStatusNotification", status="Idle") == {}
    trigger("BootNotification")
    assert station.boot()["status"] == "Accepted"


def test_tc_055_csms_trigger_message_rejected(station: Station, csms: Csms) -> None:
    command = csms.ask("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1})
    asked = station.expect("TriggerMessage", REJECTED)
    assert asked == {"requestedMessage": "MeterValues", "connectorId": 1}
    csms.await_outcome(command, state="rejected", response=REJECTED)


def test_tc_056_csms_default_profile_of_transactions(station: Station, csms: Csms) -> None:
    set_profile(station, csms, profile("TxDefaultProfile"))
    assert csms.connector()["limit_a"] == 16
    number = station.charge()
    station.stop(number)
    csms.await_transaction(number, open=False)
    assert csms.connector()["limit_a"] == 16


def test_tc_057_csms_profile_of_a_transaction(station: Station, csms: Csms) -> None:
    number = station.charge()
    set_profile(station, csms, profile("TxProfile", transactionId=number))
    assert csms.connector()["limit_a"] == 16
    station.stop(number)
    csms.await_transaction(number, open=False)
    assert csms.connector()["limit_a"] is None


def test_tc_059_csms_remote_start_with_profile(station: Station, csms: Csms) -> None:
    payload = {"connectorId": 1, "idTag": station.tag, "chargingProfile": profile("TxProfile")}
    command = csms.ask("RemoteStartTransaction", payload)
    asked = station.expect("RemoteStartTransaction")
    assert asked == payload
    assert "transactionId" not in asked["chargingProfile"]
    csms.await_outcome(command, state="accepted", effect="not_seen")
    number = station.charge()
    csms.await_outcome(command, effect="seen")
    csms.await_transaction(number, open=True, id_tag=station.tag)


def test_tc_064_csms_data_transfer_to_the_central_system(station: Station) -> None:
    answer = station.call("DataTransfer", vendorId="org.example", messageId="Greeting", data="hello")
    assert answer == {"status": "UnknownVendorId"}
    known = station.call("DataTransfer", vendorId="EV-BOX", messageId="evbStatusNotification", data="{}")
    assert known["status"] == "Accepted"


def test_tc_066_csms_composite_schedule(station: Station, csms: Csms) -> None:
    set_profile(station, csms, profile("TxDefaultProfile"))
    payload = {"connectorId": 1, "duration": 600, "chargingRateUnit": "A"}
    command = csms.ask("GetCompositeSchedule", payload)
    periods = [{"startPeriod": 0, "limit": 16.0}, {"startPeriod": 290, "limit": 6.0}]
    answer = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": ago(),
        "chargingSchedule": {
            "duration": 600,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": periods,
        },
    }
    assert station.expect("GetCompositeSchedule", answer) == payload
    csms.await_outcome(command, state="accepted", response=answer)


def test_tc_067_csms_clears_a_profile(station: Station, csms: Csms) -> None:
    set_profile(station, csms, profile("TxDefaultProfile"))
    assert csms.connector()["limit_a"] == 16
    command = csms.ask("ClearChargingProfile", {"id": 7})
    assert station.expect("ClearChargingProfile") == {"id": 7}
    csms.await_outcome(command, state="accepted")
    assert csms.connector()["limit_a"] is None
