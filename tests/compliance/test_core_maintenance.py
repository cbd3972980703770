"""Resets and configuration (TC_013, TC_014, TC_019, TC_021, TC_040)."""

from __future__ import annotations

from typing import Any

from tests.compliance.csms import Csms
from tests.compliance.station import Station

INTERVAL = "MeterValueSampleInterval"


def reported(key: str, value: str, *, readonly: bool = False) -> dict[str, Any]:
    """Return a key as a charge point reports it."""
    return {"key": key, "readonly": readonly, "value": value}


def test_tc_013_csms_hard_reset(station: Station, csms: Csms) -> None:
    command = csms.ask("Reset", {"type": "Hard"})
    assert station.expect("Reset") == {"type": "Hard"}
    csms.await_outcome(command, state="accepted", effect="not_seen")
    station.disconnect()
    station.connect()
    assert station.boot()["status"] == "Accepted"
    csms.await_outcome(command, effect="seen")
    assert csms.connector()["status"] == "Available"


def test_tc_014_csms_soft_reset(station: Station, csms: Csms) -> None:
    number = station.charge()
    command = csms.ask("Reset", {"type": "Soft"})
    assert station.expect("Reset") == {"type": "Soft"}
    csms.await_outcome(command, state="accepted", effect="not_seen")
    station.stop(number, reason="SoftReset")
    station.disconnect()
    station.connect()
    assert station.boot()["status"] == "Accepted"
    csms.await_outcome(command, effect="seen")
    csms.await_transaction(number, open=False, stop_reason="SoftReset")


def test_tc_019_1_csms_retrieves_all_keys(station: Station, csms: Csms) -> None:
    command = csms.ask("GetConfiguration")
    keys = [reported("HeartbeatInterval", "300"), reported("NumberOfConnectors", "2", readonly=True)]
    assert station.expect("GetConfiguration", {"configurationKey": keys}) == {}
    done = csms.await_outcome(command, state="accepted")
    assert done["response"]["configurationKey"] == keys


def test_tc_019_2_csms_retrieves_one_key(station: Station, csms: Csms) -> None:
    command = csms.ask("GetConfiguration", {"key": ["SupportedFeatureProfiles"]})
    keys = [reported("SupportedFeatureProfiles", "Core,SmartCharging", readonly=True)]
    asked = station.expect("GetConfiguration", {"configurationKey": keys})
    assert asked == {"key": ["SupportedFeatureProfiles"]}
    done = csms.await_outcome(command, state="accepted")
    assert done["response"] == {"configurationKey": keys, "unknownKey": []}


def ask_change(station: Station, csms: Csms, key: str, value: str, status: str) -> int:
    """An operator changes a key, which is answered with `status`; return the command."""
    command = csms.ask("ChangeConfiguration", {"key": key, "value": value})
    asked = station.expect("ChangeConfiguration", {"status": status})
    assert asked == {"key": key, "value": value}
    return command


def test_tc_021_csms_changes_a_key(station: Station, csms: Csms) -> None:
    command = ask_change(station, csms, INTERVAL, "15", "Accepted")
    csms.await_outcome(command, state="accepted", effect="not_seen")
    asked = station.expect("GetConfiguration", {"configurationKey": [reported(INTERVAL, "15")]})
    assert asked == {"key": [INTERVAL]}
    csms.await_outcome(command, state="accepted", effect="seen")


def test_tc_040_1_csms_changes_an_unknown_key(station: Station, csms: Csms) -> None:
    command = ask_change(station, csms, "NoSuchKey", "true", "NotSupported")
    csms.await_outcome(command, state="rejected", response={"status": "NotSupported"})


def test_tc_040_2_csms_changes_a_key_to_a_wrong_value(station: Station, csms: Csms) -> None:
    command = ask_change(station, csms, INTERVAL, "-1", "Rejected")
    csms.await_outcome(command, state="rejected", response={"status": "Rejected"})
