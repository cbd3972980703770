"""Booting and charging, locally started and stopped (TC_001 to TC_007)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.compliance.csms import Csms
from tests.compliance.station import Station, ago


def test_tc_001_csms_cold_boot(unbooted: Station, csms: Csms) -> None:
    answer = unbooted.boot()
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    told = datetime.fromisoformat(answer["currentTime"])
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=10)
    assert set(unbooted.call("Heartbeat")) == {"currentTime"}
    shown = csms.charge_point()
    assert shown["connected"]
    assert (shown["boot"]["vendor"], shown["boot"]["model"]) == ("Example", "Two sockets")
    assert shown["status"] == "Available"
    assert [each["status"] for each in shown["connectors"]] == ["Available", "Available"]


def test_tc_003_csms_session_with_plug_first(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    assert csms.connector()["status"] == "Preparing"
    assert station.authorize()["status"] == "Accepted"
    started = station.start()
    number = started["transactionId"]
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    assert csms.connector()["transaction"] == number
    sample = {"value": "2500", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    reading = {"timestamp": ago(), "sampledValue": [sample]}
    assert station.call("MeterValues", connectorId=1, transactionId=number, meterValue=[reading]) == {}
    assert csms.await_transaction(number, open=True)["energy_wh"] == 1500
    assert station.authorize()["status"] == "Accepted"
    stopped = station.stop(number, idTag=station.tag, reason="Local")
    assert stopped["idTagInfo"]["status"] == "Accepted"
    station.leave()
    ended = csms.await_transaction(number, open=False)
    assert (ended["energy_wh"], ended["stop_reason"], ended["flags"]) == (3000, "Local", [])
    assert csms.connector()["transaction"] is None


def test_tc_004_1_csms_session_with_identification_first(station: Station, csms: Csms) -> None:
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    started = station.start()
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    shown = csms.await_transaction(started["transactionId"], open=True)
    assert shown["id_tag"] == station.tag
    assert shown["authorised_at"] is not None
    assert shown["authorised_at"] <= shown["connected_at"] <= shown["started_at"]


def test_tc_004_2_csms_cable_not_plugged_in_time(station: Station, csms: Csms) -> None:
    assert station.authorize()["status"] == "Accepted"
    station.status("Preparing")
    assert csms.connector()["status"] == "Preparing"
    station.status("Available")
    assert csms.connector()["status"] == "Available"
    assert csms.transactions() == []


def test_tc_005_1_csms_cable_pulled_at_the_vehicle(station: Station, csms: Csms) -> None:
    number = station.charge()
    station.status("SuspendedEV")
    assert csms.connector()["status"] == "SuspendedEV"
    station.stop(number, reason="EVDisconnected")
    station.leave()
    ended = csms.await_transaction(number, open=False)
    assert (ended["stop_reason"], ended["stop_id_tag"]) == ("EVDisconnected", "")
    assert csms.connector()["status"] == "Available"


def test_tc_007_csms_start_with_cached_id(station: Station, csms: Csms) -> None:
    station.status("Preparing")
    started = station.start()
    assert started["idTagInfo"]["status"] == "Accepted"
    station.status("Charging")
    shown = csms.await_transaction(started["transactionId"], open=True)
    assert (shown["authorization"], shown["id_tag"]) == ("Accepted", station.tag)
    stopped = station.stop(started["transactionId"], idTag=station.tag)
    assert stopped["idTagInfo"]["status"] == "Accepted"
    csms.await_transaction(started["transactionId"], open=False)
