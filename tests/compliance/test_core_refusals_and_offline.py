"""Refused id tags, a failing lock, power cuts, offline transactions (TC_023, TC_024, TC_032 to TC_039)."""

from __future__ import annotations

from tests.compliance.csms import Csms
from tests.compliance.station import Station, ago

NOBODY = "TAG_NOBODY_HAS"


def test_tc_023_1_csms_authorize_invalid(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    assert station.authorize(NOBODY) == {"status": "Invalid"}
    assert csms.transactions() == []


def test_tc_023_2_csms_authorize_expired(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    assert station.authorize("TAG_EXPIRED")["status"] == "Expired"
    assert csms.transactions() == []


def test_tc_023_3_csms_authorize_blocked(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    assert station.authorize("TAG_BLOCKED") == {"status": "Blocked"}
    assert csms.transactions() == []


def test_tc_024_csms_lock_failure(station: Station, csms: Csms) -> None:
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    station.status("Faulted", error="ConnectorLockFailure")
    shown = csms.connector()
    assert (shown["status"], shown["error_code"]) == ("Faulted", "ConnectorLockFailure")
    assert shown["transaction"] is None
    assert csms.transactions() == []


def test_tc_032_1_csms_power_cut_ends_the_transaction(station: Station, csms: Csms) -> None:
    number = station.charge()
    station.cut()
    station.connect()
    assert station.boot()["status"] == "Accepted"
    csms.await_transaction(number, open=True)
    station.stop(number, reason="PowerLoss", meter=2500)
    csms.await_transaction(number, open=False, stop_reason="PowerLoss", energy_wh=1500)
    assert csms.connector()["transaction"] is None


def go_offline(station: Station, csms: Csms) -> None:
    """The network fails; the central system sees it."""
    station.cut()
    csms.await_link(connected=False)


def return_online(station: Station, csms: Csms) -> None:
    """The network is back; the charge point has not booted."""
    station.connect()
    csms.await_link(connected=True)


def test_tc_037_1_csms_offline_start_with_valid_tag(station: Station, csms: Csms) -> None:
    go_offline(station, csms)
    began = ago(minutes=10)
    return_online(station, csms)
    started = station.start(at=began)
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    shown = csms.await_transaction(started["transactionId"], open=True)
    assert shown["started_at"] == began.replace("Z", "000Z")
    assert shown["flags"] == ["offline_start"]
    assert csms.connector()["status"] == "Charging"


def test_tc_037_3_csms_offline_start_with_invalid_tag(station: Station, csms: Csms) -> None:
    go_offline(station, csms)
    began = ago(minutes=10)
    return_online(station, csms)
    started = station.start(NOBODY, at=began)
    number = started["transactionId"]
    assert started["idTagInfo"] == {"status": "Invalid"}
    csms.await_transaction(number, open=True, authorization="Invalid")
    station.stop(number, reason="DeAuthorized", meter=1200)
    station.leave()
    ended = csms.await_transaction(number, open=False, stop_reason="DeAuthorized")
    assert ended["energy_wh"] == 200
    assert sorted(ended["flags"]) == ["not_authorised", "offline_start"]


def test_tc_039_csms_offline_transaction(station: Station, csms: Csms) -> None:
    go_offline(station, csms)
    began, finished = ago(minutes=10), ago(minutes=5)
    return_online(station, csms)
    started = station.start(at=began)
    assert started["idTagInfo"]["status"] == "Accepted"
    stopped = station.stop(started["transactionId"], at=finished, idTag=station.tag, reason="Local")
    assert stopped["idTagInfo"]["status"] == "Accepted"
    ended = csms.await_transaction(started["transactionId"], open=False, energy_wh=3000)
    assert (ended["started_at"], ended["ended_at"]) == (
        began.replace("Z", "000Z"),
        finished.replace("Z", "000Z"),
    )
    assert sorted(ended["flags"]) == ["offline_start", "offline_stop"]
    assert csms.connector()["transaction"] is None
