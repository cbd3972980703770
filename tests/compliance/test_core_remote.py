"""Starting, stopping and unlocking from afar (TC_010 to TC_012, TC_017, TC_018, TC_026 to TC_031)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.compliance.csms import Csms
from tests.compliance.station import ACCEPTED, Payload, Station

REJECTED = {"status": "Rejected"}


def ask_remote_start(station: Station, csms: Csms, answer: Payload) -> int:
    """An operator asks for a start on connector 1; return the command once it was answered."""
    command = csms.ask("RemoteStartTransaction", {"idTag": station.tag, "connectorId": 1})
    asked = station.expect("RemoteStartTransaction", answer)
    assert asked == {"idTag": station.tag, "connectorId": 1}
    return command


def test_tc_010_csms_remote_start_with_cable_first(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    command = ask_remote_start(station, csms, ACCEPTED)
    csms.await_outcome(command, state="accepted", effect="not_seen")
    assert station.authorize()["status"] == "Accepted"
    started = station.start()
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    csms.await_outcome(command, state="accepted", effect="seen")
    csms.await_transaction(started["transactionId"], open=True, id_tag=station.tag)


def test_tc_011_1_csms_remote_start_before_the_cable(station: Station, csms: Csms) -> None:
    command = ask_remote_start(station, csms, ACCEPTED)
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    csms.await_outcome(command, state="accepted", effect="not_seen")
    started = station.start()
    station.status("Charging")
    csms.await_outcome(command, effect="seen")
    assert csms.connector()["transaction"] == started["transactionId"]


def test_tc_011_2_csms_remote_start_without_cable_in_time(station: Station, csms: Csms) -> None:
    timeout = {"key": "ConnectionTimeOut", "readonly": False, "value": "1"}
    read = csms.ask("GetConfiguration", {"key": ["ConnectionTimeOut"]})
    station.expect("GetConfiguration", {"configurationKey": [timeout]})
    csms.await_outcome(read, state="accepted")
    command = ask_remote_start(station, csms, ACCEPTED)
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    asked = csms.await_outcome(command, state="accepted", effect="not_seen")
    station.status("Available")
    while datetime.now(UTC) <= datetime.fromisoformat(asked["finished_at"]) + timedelta(seconds=1):
        station.call("Heartbeat")
    csms.sweep()
    given_up = csms.await_outcome(command, state="accepted", effect="not_seen")
    assert "was not seen in time" in given_up["error"]
    assert csms.connector()["status"] == "Available"
    assert csms.transactions() == []


def test_tc_012_csms_remote_stop(station: Station, csms: Csms) -> None:
    number = station.charge()
    command = csms.ask("RemoteStopTransaction", {"transactionId": number})
    assert station.expect("RemoteStopTransaction") == {"transactionId": number}
    station.stop(number, reason="Remote")
    station.leave()
    csms.await_outcome(command, state="accepted", effect="seen")
    csms.await_transaction(number, open=False, stop_reason="Remote", energy_wh=3000)


def ask_unlock(station: Station, csms: Csms, status: str, connector: int = 1) -> int:
    """An operator asks to unlock a connector, which answers `status`; return the command."""
    command = csms.ask("UnlockConnector", {"connectorId": connector})
    assert station.expect("UnlockConnector", {"status": status}) == {"connectorId": connector}
    return command


def test_tc_017_1_csms_unlock_without_session(station: Station, csms: Csms) -> None:
    command = ask_unlock(station, csms, "Unlocked")
    csms.await_outcome(command, state="accepted", response={"status": "Unlocked"})


def test_tc_017_2_csms_unlock_of_a_fixed_cable(station: Station, csms: Csms) -> None:
    command = ask_unlock(station, csms, "NotSupported")
    csms.await_outcome(command, state="rejected", response={"status": "NotSupported"})


def test_tc_018_1_csms_unlock_during_a_session(station: Station, csms: Csms) -> None:
    number = station.charge()
    command = ask_unlock(station, csms, "Unlocked")
    station.status("Finishing")
    station.stop(number, reason="UnlockCommand")
    station.status("Available")
    csms.await_outcome(command, state="accepted", response={"status": "Unlocked"})
    csms.await_transaction(number, open=False, stop_reason="UnlockCommand")


def test_tc_026_csms_remote_start_rejected(station: Station, csms: Csms) -> None:
    command = ask_remote_start(station, csms, REJECTED)
    csms.await_outcome(command, state="rejected", response=REJECTED, effect="not_applicable")
    assert csms.transactions() == []


def test_tc_028_csms_remote_stop_rejected(station: Station, csms: Csms) -> None:
    number = station.charge()
    command = csms.ask("RemoteStopTransaction", {"transactionId": number})
    assert station.expect("RemoteStopTransaction", REJECTED) == {"transactionId": number}
    csms.await_outcome(command, state="rejected", response=REJECTED, effect="not_applicable")
    csms.await_transaction(number, open=True)


def test_tc_030_csms_unlock_fails(station: Station, csms: Csms) -> None:
    command = ask_unlock(station, csms, "UnlockFailed")
    csms.await_outcome(command, state="rejected", response={"status": "UnlockFailed"})


def test_tc_031_csms_unlock_of_an_unknown_connector(station: Station, csms: Csms) -> None:
    command = ask_unlock(station, csms, "NotSupported", connector=9)
    csms.await_outcome(command, state="rejected", response={"status": "NotSupported"})
    assert [each["number"] for each in csms.charge_point()["connectors"]] == [1, 2]
